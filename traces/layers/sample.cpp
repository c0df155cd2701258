#include "traces/layers/sample.h"

#include <algorithm>

#include "base/numbers/half.h"

namespace eyeshift {

void sample_inputs(Layer& layer, const Activations& inputs) {
  constexpr int64_t kMostTokens = 8;
  constexpr float kLargestHalf = 65504.0f;
  layer.tokens = std::min<int64_t>(kMostTokens, inputs.rows());
  layer.x.clear();
  for (Eigen::Index feature = 0; feature < inputs.cols(); ++feature) {
    for (int64_t i = 0; i < layer.tokens; ++i) {
      const float value = inputs(i * inputs.rows() / layer.tokens, feature);
      layer.x.push_back(half_from_float(std::clamp(value, -kLargestHalf, kLargestHalf)));
    }
  }
}

}  // namespace eyeshift
