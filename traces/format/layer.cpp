#include "traces/format/layer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "base/integers.h"
#include "base/numbers/bits.h"
#include "base/numbers/half.h"
#include "traces/format/rotate.h"

namespace eyeshift {
namespace {

constexpr std::array<std::string_view, 6> kCodings = {"fp16", "int8", "int16", "uniform", "binary", "none"};

auto fields(const Encoding& e) {
  return std::tie(e.scheme, e.coding, e.bits, e.group_rows, e.group_cols, e.scale_bits, e.power_of_two,
                  e.terms, e.zero_bits, e.group_index_bits, e.centred, e.inputs);
}

// The index of the scale group of weight (row, column) among [row groups, column groups].
class GroupOf {
 public:
  explicit GroupOf(const Layer& layer)
      : layer_(layer), column_groups_(column_groups(layer.encoding, layer.shape.K)) {}

  int64_t operator()(int64_t row, int64_t column) const {
    const Encoding& encoding = layer_.encoding;
    const int64_t group = layer_.group_index.empty() ? column / encoding.group_cols
                                                     : layer_.group_index[static_cast<size_t>(column)];
    return row / encoding.group_rows * column_groups_ + group;
  }

 private:
  const Layer& layer_;
  int64_t column_groups_;
};

// code: of the layer's codes; zero: the zero point of its group.
float level_of(Coding coding, uint32_t code, float zero) {
  if (coding == Coding::int8) return static_cast<int8_t>(code);
  if (coding == Coding::int16) return static_cast<int16_t>(code);
  return static_cast<float>(code) - zero;
}

// The zero point of all groups where none is stored.
float common_zero(const Encoding& encoding) {
  const auto half = static_cast<float>(1 << (encoding.bits - 1));
  return encoding.centred ? half - 0.5f : half;
}

void decode_codes(const Layer& layer, std::vector<float>& weights) {
  const auto [K, M] = std::pair(layer.shape.K, layer.shape.M);
  const int bits = layer.encoding.bits;
  const int64_t row_bytes = packed_bytes(K, bits);
  const GroupOf group_of(layer);
  const float common = common_zero(layer.encoding);
  for (int64_t m = 0; m < M; ++m) {
    const uint8_t* row = layer.codes.data() + m * row_bytes;
    for (int64_t k = 0; k < K; ++k) {
      const auto group = static_cast<size_t>(group_of(m, k));
      const float zero = layer.zeros.empty() ? common : layer.zeros[group];
      weights[static_cast<size_t>(m * K + k)] =
          layer.scales[group] * level_of(layer.encoding.coding, unpack_code(row, k, bits), zero);
    }
  }
}

// The scales of every plane as doubles, [planes, row groups, column groups]; sums of powers of two are exact.
std::vector<double> plane_scales(const Layer& layer) {
  if (!layer.encoding.power_of_two) return {layer.alpha.begin(), layer.alpha.end()};
  const auto terms = static_cast<size_t>(layer.encoding.terms);
  std::vector<double> scales(layer.pot.size() / terms);
  for (size_t i = 0; i < layer.pot.size(); ++i)
    scales[i / terms] += static_cast<double>(pot_value(layer.pot[i]));
  return scales;
}

void decode_planes(const Layer& layer, std::vector<float>& weights) {
  const auto [K, M] = std::pair(layer.shape.K, layer.shape.M);
  const int64_t row_bytes = divide_up(K, 8);
  const int64_t groups = row_groups(layer.encoding, M) * column_groups(layer.encoding, K);
  const std::vector<double> scales = plane_scales(layer);
  const GroupOf group_of(layer);
  for (int64_t m = 0; m < M; ++m) {
    for (int64_t k = 0; k < K; ++k) {
      const int64_t group = group_of(m, k);
      double sum = 0;
      for (int plane = 0; plane < layer.encoding.bits; ++plane) {
        const uint8_t key = layer.planes[static_cast<size_t>((plane * M + m) * row_bytes + k / 8)];
        const double scale = scales[static_cast<size_t>(plane * groups + group)];
        sum += (key >> (k % 8)) & 1 ? scale : -scale;
      }
      weights[static_cast<size_t>(m * K + k)] = static_cast<float>(sum);
    }
  }
}

using RowMajorFloat = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// From weights of the inputs that the layer takes to weights of plain inputs.
void undo_input_form(const Layer& layer, std::vector<float>& weights) {
  Eigen::Map<RowMajorFloat> W(weights.data(), layer.shape.M, layer.shape.K);
  if (layer.encoding.inputs == InputForm::rotated) {
    const Eigen::MatrixXd of_outputs = rotate_back(layer.rotate_outputs, W.cast<double>());
    W = rotate_back(layer.rotate_inputs, of_outputs.transpose()).transpose().cast<float>();
  }
  if (layer.encoding.inputs != InputForm::plain)
    for (int64_t k = 0; k < layer.shape.K; ++k) W.col(k) /= layer.input_scales[static_cast<size_t>(k)];
}

}  // namespace

std::string_view name_of(Coding coding) { return kCodings[static_cast<size_t>(coding)]; }

std::optional<Coding> coding_from_name(std::string_view name) {
  const auto known = std::find(kCodings.begin(), kCodings.end(), name);
  if (known == kCodings.end()) return std::nullopt;
  return static_cast<Coding>(known - kCodings.begin());
}

std::vector<std::string> coding_names() { return {kCodings.begin(), kCodings.end() - 1}; }

bool Encoding::operator==(const Encoding& other) const { return fields(*this) == fields(other); }

int64_t row_groups(const Encoding& encoding, int64_t M) { return divide_up(M, encoding.group_rows); }

int64_t column_groups(const Encoding& encoding, int64_t K) { return divide_up(K, encoding.group_cols); }

StoredBits stored_bits(const LayerShape& shape, const Encoding& encoding) {
  StoredBits stored;
  const int64_t groups = row_groups(encoding, shape.M) * column_groups(encoding, shape.K);
  switch (encoding.coding) {
    case Coding::none:
      return stored;
    case Coding::fp16:
      stored.weights = shape.M * shape.K * 16;
      return stored;
    case Coding::int8:
    case Coding::int16:
    case Coding::uniform:
      stored.weights = shape.M * packed_bytes(shape.K, encoding.bits) * 8;
      stored.scales = groups * encoding.scale_bits;
      stored.zeros = groups * encoding.zero_bits;
      break;
    case Coding::binary:
      stored.weights = encoding.bits * shape.M * divide_up(shape.K, 8) * 8;
      stored.scales =
          encoding.bits * groups * (encoding.power_of_two ? 8 * encoding.terms : encoding.scale_bits);
      break;
  }
  if (encoding.group_index_bits > 0)
    stored.group_index = packed_bytes(shape.K, encoding.group_index_bits) * 8;
  return stored;
}

double bits_per_weight(const LayerShape& shape, const Encoding& encoding) {
  return static_cast<double>(stored_bits(shape, encoding).total()) / static_cast<double>(shape.K * shape.M);
}

std::vector<float> decode(const Layer& layer) {
  std::vector<float> weights(static_cast<size_t>(layer.shape.M * layer.shape.K));
  switch (layer.encoding.coding) {
    case Coding::none:
      return {};
    case Coding::fp16:
      for (size_t i = 0; i < weights.size(); ++i) weights[i] = float_from_half(layer.weight[i]);
      break;
    case Coding::int8:
    case Coding::int16:
    case Coding::uniform:
      decode_codes(layer, weights);
      break;
    case Coding::binary:
      decode_planes(layer, weights);
      break;
  }
  undo_input_form(layer, weights);
  return weights;
}

float pot_value(uint8_t term) {
  const int exponent = (term & 0x7f) - 64;
  if (exponent == -64) return 0.0f;
  const float magnitude = std::ldexp(1.0f, exponent);
  return term & 0x80 ? -magnitude : magnitude;
}

}  // namespace eyeshift
