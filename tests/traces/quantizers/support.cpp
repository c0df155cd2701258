#include "tests/traces/quantizers/support.h"

#include <random>

#include "traces/quantizers/decoded_matrix.h"

namespace eyeshift::testing_support {

Eigen::MatrixXd random_matrix(int64_t rows, int64_t cols, uint64_t seed) {
  std::mt19937_64 generator(seed);
  Eigen::MatrixXd matrix(rows, cols);
  for (double& value : matrix.reshaped()) value = static_cast<double>(generator() >> 11) * 0x1p-52 - 1;
  return matrix;
}

Calibration calibration_of(const Eigen::MatrixXd& X) {
  return {X * X.transpose(), X.cols(), X.cwiseAbs().rowwise().mean()};
}

Layer quantize(const std::string& scheme, const Eigen::MatrixXd& W, const Calibration& calibration,
               const QuantizeOptions& options) {
  const LayerShape shape{"layer", W.cols(), W.rows(), 1};
  return Registry<Quantizer>::instance().find(scheme, "scheme").quantize(shape, W, calibration, options);
}

Eigen::MatrixXd decoded(const Layer& layer) { return decoded_matrix(layer); }

double relative_output_error(const Eigen::MatrixXd& W, const Eigen::MatrixXd& Wq, const Eigen::MatrixXd& X) {
  return ((W - Wq) * X).squaredNorm() / (W * X).squaredNorm();
}

QuantizeOptions single_precision(int bits) {
  QuantizeOptions options;
  options.bits = bits;
  options.scale_bits = 32;
  return options;
}

}  // namespace eyeshift::testing_support
