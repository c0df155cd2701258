#include "traces/quantizers/decoded_matrix.h"

#include <vector>

namespace eyeshift {

Eigen::MatrixXd decoded_matrix(const Layer& layer) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const std::vector<float> weights = decode(layer);
  return Eigen::Map<const RowMajor>(weights.data(), layer.shape.M, layer.shape.K).cast<double>();
}

}  // namespace eyeshift
