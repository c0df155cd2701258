#include "traces/decoders/operations.h"

#include <cmath>

#include "base/numbers/int8_inputs.h"

namespace eyeshift {

Activations Norm::operator()(const Activations& inputs) const {
  Activations outputs(inputs.rows(), inputs.cols());
  for (Eigen::Index token = 0; token < inputs.rows(); ++token) {
    if (kind == NormKind::rms_norm) {
      const auto values = inputs.row(token).array();
      const float root = std::sqrt(values.square().mean() + epsilon);
      outputs.row(token) = values / root * weight.transpose().array();
    } else {
      const auto centred = (inputs.row(token).array() - inputs.row(token).mean()).eval();
      const float deviation = std::sqrt(centred.square().mean() + epsilon);
      outputs.row(token) = centred / deviation * weight.transpose().array() + bias.transpose().array();
    }
  }
  return outputs;
}

void relu(Activations& values) { values = values.cwiseMax(0.0f); }

void silu(Activations& values) { values.array() /= 1.0f + (-values.array()).exp(); }

void gelu_tanh(Activations& values) {
  const float root = std::sqrt(2.0f / static_cast<float>(M_PI));
  auto x = values.array();
  x *= 0.5f * (1.0f + (root * (x + 0.044715f * x.cube())).tanh());
}

void round_to_int8_per_token(Activations& inputs) {
  for (Eigen::Index token = 0; token < inputs.rows(); ++token) {
    auto row = inputs.row(token).array();
    const float scale = int8_token_scale(row.abs().maxCoeff());
    row = row.unaryExpr([&](float value) { return static_cast<float>(int8_input(value, scale)) * scale; });
  }
}

}  // namespace eyeshift
