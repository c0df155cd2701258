#include "tests/models/reference/reference_operands.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace eyeshift::testing {

ReferenceOperands::ReferenceOperands(const Layer& layer, const std::vector<uint16_t>& inputs,
                                     const Schedule& schedule)
    : layer_(layer),
      groups_(layer.shape.conv ? layer.shape.conv->groups : 1),
      K_(layer.shape.K),
      tokens_(schedule.tokens * layer.shape.positions()) {
  for (const uint16_t input : inputs)
    largest_ = std::max(largest_, std::fabs(static_cast<float>(half_from_bits(input))));
  if (layer.shape.conv) {
    order_windows(schedule);
    gather_windows(inputs, schedule.tokens);
    return;
  }
  for (int64_t token = 0; token < tokens_; ++token) {
    std::vector<Half> row(static_cast<size_t>((K_ + 7) / 8 * 8), Half(0.0f));
    for (int64_t k = 0; k < K_; ++k)
      row[static_cast<size_t>(k)] = half_from_bits(inputs[static_cast<size_t>(token * K_ + k)]);
    rows_.push_back(std::move(row));
  }
}

void ReferenceOperands::order_windows(const Schedule& schedule) {
  const Convolution& conv = *layer_.shape.conv;
  const int64_t R = conv.R;
  constexpr int64_t kUnknown = -2;
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next()) {
    const Pass& pass = cursor.pass();
    if (pass.set_rows != R || pass.taps != R || pass.rows % R != 0)
      throw std::logic_error("a schedule's PE sets are not the filter's size");
    const int64_t sets = pass.rows / R;
    auto at = static_cast<size_t>(pass.k_begin * R * R);
    for (int64_t set = 0; set < sets; ++set) {
      const int64_t channels = (set + 1 < sets ? pass.q : pass.q_last) / R;
      const int64_t first = pass.k_begin + set * (pass.q / R);
      for (int64_t tap = 0; tap < R * R * channels; ++tap, ++at) {
        const int64_t channel = first + tap % channels;
        const int64_t k = channel < conv.C / conv.groups ? channel * R * R + tap / channels : int64_t{-1};
        if (at >= order_.size()) order_.resize(at + 1, kUnknown);
        if (order_[at] != kUnknown && order_[at] != k)
          throw std::logic_error("a schedule's passes cut the channels differently");
        order_[at] = k;
      }
    }
  }
  K_ = static_cast<int64_t>(order_.size());
  std::vector<int> seen(static_cast<size_t>(layer_.shape.K), 0);
  for (const int64_t k : order_)
    if (k != -1) ++seen.at(static_cast<size_t>(k));
  if (std::count(seen.begin(), seen.end(), 1) != layer_.shape.K)
    throw std::logic_error("a schedule's tiles do not cover every weight once");
}

void ReferenceOperands::gather_windows(const std::vector<uint16_t>& inputs, int64_t images) {
  const Convolution& conv = *layer_.shape.conv;
  const int64_t R = conv.R, E = conv.E(), channels = conv.C / groups_;
  for (int64_t group = 0; group < groups_; ++group) {
    for (int64_t token = 0; token < images * E * E; ++token) {
      const int64_t image = token / (E * E), y0 = token / E % E * conv.stride - conv.pad,
                    x0 = token % E * conv.stride - conv.pad;
      std::vector<Half> row(static_cast<size_t>((K_ + 7) / 8 * 8), Half(0.0f));
      for (size_t at = 0; at < order_.size(); ++at) {
        if (order_[at] < 0) continue;
        const int64_t channel = group * channels + order_[at] / (R * R);
        const int64_t y = y0 + order_[at] / R % R, x = x0 + order_[at] % R;
        if (y < 0 || x < 0 || y >= conv.H || x >= conv.H) continue;
        row[at] = half_from_bits(
            inputs[static_cast<size_t>(((image * conv.C + channel) * conv.H + y) * conv.H + x)]);
      }
      rows_.push_back(std::move(row));
    }
  }
}

const std::vector<Half>& ReferenceOperands::row(int64_t token, int64_t m) const {
  const int64_t group = m / (layer_.shape.M / groups_);
  return rows_[static_cast<size_t>(group * tokens_ + token)];
}

Half ReferenceOperands::weight(int64_t m, int64_t k) const {
  const int64_t stored = order_.empty() ? k : order_.at(static_cast<size_t>(k));
  return half_from_bits(layer_.weight.at(static_cast<size_t>(m * layer_.shape.K + stored)));
}

unsigned ReferenceOperands::code(int64_t m, int64_t k) const {
  const int64_t stored = order_.empty() ? k : order_.at(static_cast<size_t>(k));
  const int64_t bits = layer_.encoding.bits;
  const int64_t first = m * ((layer_.shape.K * bits + 7) / 8 * 8) + stored * bits;
  unsigned code = 0;
  for (int64_t i = bits - 1; i >= 0; --i)
    code = code << 1 | ((layer_.codes.at(static_cast<size_t>((first + i) / 8)) >> ((first + i) % 8)) & 1u);
  return code;
}

bool ReferenceOperands::positive(int plane, int64_t m, int64_t k) const {
  int64_t stored = k;
  if (!order_.empty()) {
    if (k >= K_ || order_[static_cast<size_t>(k)] < 0) return true;
    stored = order_[static_cast<size_t>(k)];
  }
  const int64_t row_bytes = (layer_.shape.K + 7) / 8;
  const auto byte = static_cast<size_t>((plane * layer_.shape.M + m) * row_bytes + stored / 8);
  return (layer_.planes.at(byte) >> (stored % 8)) & 1;
}

}  // namespace eyeshift::testing
