#include "traces/decoders/causal_attention.h"

#include <algorithm>
#include <cmath>

namespace eyeshift {

Activations causal_attention(const Activations& q, const Activations& k, const Activations& v,
                             const AttentionShape& shape, const std::vector<float>& alibi_slopes) {
  // Queries are taken in tiles, so that scores in the far future, or before the window, are not computed.
  constexpr Eigen::Index kTile = 64;
  const Eigen::Index tokens = q.rows(), size = shape.head_dim;
  const Eigen::Index window = shape.window > 0 ? shape.window : tokens;
  const Eigen::Index sharing = shape.heads / shape.kv_heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(size));
  Activations outputs(tokens, q.cols());
  for (Eigen::Index head = 0; head < shape.heads; ++head) {
    const Activations keys = k.middleCols(head / sharing * size, size);
    const Activations values = v.middleCols(head / sharing * size, size);
    const float slope = alibi_slopes.empty() ? 0.0f : alibi_slopes[static_cast<size_t>(head)];
    for (Eigen::Index begin = 0; begin < tokens; begin += kTile) {
      const Eigen::Index rows = std::min(kTile, tokens - begin);
      const Eigen::Index first = std::max<Eigen::Index>(0, begin + 1 - window);
      const Eigen::Index columns = begin + rows - first;
      const Activations queries = q.block(begin, head * size, rows, size) * scale;
      Activations scores = queries * keys.middleRows(first, columns).transpose();
      for (Eigen::Index row = 0; row < rows; ++row) {
        const Eigen::Index seen = std::min(begin + row + 1, window);
        const Eigen::Index hidden = begin + row + 1 - seen - first;
        auto weights = scores.row(row).segment(hidden, seen).array();
        if (slope != 0.0f)
          weights +=
              Eigen::RowVectorXf::LinSpaced(seen, 1.0f - static_cast<float>(seen), 0.0f).array() * slope;
        weights = (weights - weights.maxCoeff()).exp();
        weights /= weights.sum();
        scores.row(row).head(hidden).setZero();
        scores.row(row).tail(columns - hidden - seen).setZero();
      }
      outputs.block(begin, head * size, rows, size).noalias() = scores * values.middleRows(first, columns);
    }
  }
  return outputs;
}

}  // namespace eyeshift
