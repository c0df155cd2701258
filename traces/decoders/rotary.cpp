#include "traces/decoders/rotary.h"

#include <algorithm>
#include <cmath>

namespace eyeshift {
namespace {

// theta^(-2 i / head_dim), i = 0 ... head_dim / 2 - 1.
Eigen::RowVectorXf rotary_frequencies(int64_t head_dim, double theta) {
  Eigen::RowVectorXf frequencies(head_dim / 2);
  for (Eigen::Index i = 0; i < frequencies.size(); ++i)
    frequencies(i) =
        static_cast<float>(std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(head_dim)));
  return frequencies;
}

// LLaMA 3.1's.
Eigen::RowVectorXf scaled(const Eigen::RowVectorXf& frequencies, const ModelConfig& rope) {
  const double factor = rope.number("factor");
  const double low = rope.number("low_freq_factor"), high = rope.number("high_freq_factor");
  const auto original = static_cast<double>(rope.size("original_max_position_embeddings"));
  if (high <= low)
    rope.fail("'high_freq_factor' " + std::to_string(high) + " must be greater than 'low_freq_factor' " +
              std::to_string(low));
  return frequencies.unaryExpr([&](float frequency) {
    const double periods = original * static_cast<double>(frequency) / (2 * M_PI);
    const double kept = std::clamp((periods - low) / (high - low), 0.0, 1.0);
    return static_cast<float>(static_cast<double>(frequency) * (kept + (1 - kept) / factor));
  });
}

// The base of the frequencies, a key of config or of its rope, the object about positions in it.
double read_theta(const ModelConfig& config, const ModelConfig& rope) {
  const double outer = config.number("rope_theta", 10000.0);
  const double inner = rope.number("rope_theta", outer);
  if (config.has("rope_theta") && inner != outer)
    rope.fail("'rope_theta' is " + std::to_string(outer) + " and, among the positions' own keys, " +
              std::to_string(inner) + ": keep one");
  return inner;
}

}  // namespace

void Rotary::turn(Activations& heads) const {
  const Eigen::Index half = frequencies_.size();
  Eigen::RowVectorXf first(half);
  for (Eigen::Index position = 0; position < heads.rows(); ++position) {
    const Eigen::RowVectorXf angles = frequencies_ * static_cast<float>(position);
    const Eigen::RowVectorXf cosine = angles.unaryExpr([](float angle) { return std::cos(angle); });
    const Eigen::RowVectorXf sine = angles.unaryExpr([](float angle) { return std::sin(angle); });
    for (Eigen::Index head = 0; head < heads.cols(); head += 2 * half) {
      auto low = heads.row(position).segment(head, half).array();
      auto high = heads.row(position).segment(head + half, half).array();
      first = low * cosine.array() - high * sine.array();
      high = high * cosine.array() + low * sine.array();
      low = first.array();
    }
  }
}

Rotary read_rotary(const ModelConfig& config, int64_t head_dim) {
  if (head_dim % 2 != 0)
    config.fail("heads of " + std::to_string(head_dim) + " values cannot be rotated in pairs: 'head_dim' " +
                "must be even");
  const std::optional<ModelConfig> parameters = config.object("rope_parameters");
  const std::optional<ModelConfig> scaling = config.object("rope_scaling");
  if (parameters && scaling) config.fail("'rope_parameters' and 'rope_scaling' exclude each other: keep one");
  const ModelConfig& rope = parameters ? *parameters : scaling ? *scaling : config;
  for (const ModelConfig* part : {&config, &rope})
    if (part->number("partial_rotary_factor", 1.0) != 1.0)
      part->fail("'partial_rotary_factor' must be 1: heads are rotated whole");
  const Eigen::RowVectorXf frequencies = rotary_frequencies(head_dim, read_theta(config, rope));
  if (!parameters && !scaling) return Rotary(frequencies);

  // Older configurations call it type, and have no rope_scaling where there is none.
  const std::string type = rope.has("rope_type")             ? rope.text("rope_type")
                           : parameters && !rope.has("type") ? "default"
                                                             : rope.text("type");
  if (type == "default") return Rotary(frequencies);
  if (type == "linear") return Rotary(frequencies / static_cast<float>(rope.number("factor")));
  if (type == "llama3") return Rotary(scaled(frequencies, rope));
  config.fail("'rope_type' must be \"default\", \"linear\" or \"llama3\", not \"" + type + "\"");
}

}  // namespace eyeshift
