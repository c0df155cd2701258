#include "traces/network/operations.h"

#include <algorithm>
#include <cmath>

#include "traces/format/int8_inputs.h"

namespace eyeshift {

Activations LayerNorm::operator()(const Activations& inputs) const {
  constexpr float kEpsilon = 1e-5f;
  Activations outputs(inputs.rows(), inputs.cols());
  for (Eigen::Index token = 0; token < inputs.rows(); ++token) {
    const auto centred = (inputs.row(token).array() - inputs.row(token).mean()).eval();
    const float deviation = std::sqrt(centred.square().mean() + kEpsilon);
    outputs.row(token) = centred / deviation * weight.transpose().array() + bias.transpose().array();
  }
  return outputs;
}

Activations causal_attention(const Activations& q, const Activations& k, const Activations& v,
                             int64_t heads) {
  // Queries are taken in tiles, so that scores in the far future are not computed.
  constexpr Eigen::Index kTile = 64;
  const Eigen::Index tokens = q.rows();
  const Eigen::Index size = q.cols() / heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(size));
  Activations outputs(tokens, q.cols());
  for (Eigen::Index head = 0; head < heads; ++head) {
    const Activations keys = k.middleCols(head * size, size);
    const Activations values = v.middleCols(head * size, size);
    for (Eigen::Index begin = 0; begin < tokens; begin += kTile) {
      const Eigen::Index rows = std::min(kTile, tokens - begin);
      const Activations queries = q.block(begin, head * size, rows, size) * scale;
      Activations scores = queries * keys.topRows(begin + rows).transpose();
      for (Eigen::Index row = 0; row < rows; ++row) {
        const Eigen::Index seen = begin + row + 1;
        auto weights = scores.row(row).head(seen).array();
        weights = (weights - weights.maxCoeff()).exp();
        weights /= weights.sum();
        scores.row(row).tail(scores.cols() - seen).setZero();
      }
      outputs.block(begin, head * size, rows, size).noalias() = scores * values.topRows(begin + rows);
    }
  }
  return outputs;
}

void round_to_int8_per_token(Activations& inputs) {
  for (Eigen::Index token = 0; token < inputs.rows(); ++token) {
    auto row = inputs.row(token).array();
    const float scale = int8_token_scale(row.abs().maxCoeff());
    row = row.unaryExpr([&](float value) { return static_cast<float>(int8_input(value, scale)) * scale; });
  }
}

}  // namespace eyeshift
