#include "traces/quantizers/validation.h"

#include <cmath>
#include <sstream>

#include "base/errors.h"

namespace eyeshift {
namespace {

std::string layer_name(const LayerShape& shape) {
  return "layer '" + shape.name + "' (M = " + std::to_string(shape.M) + ", K = " + std::to_string(shape.K) +
         ")";
}

void check_finite(const LayerShape& shape, const Eigen::MatrixXd& matrix, const char* what) {
  if (matrix.allFinite()) return;
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
      if (std::isfinite(matrix(i, j))) continue;
      std::ostringstream message;
      message << layer_name(shape) << ": " << what << "[" << i << ", " << j << "] is " << matrix(i, j)
              << "; it must be finite";
      throw InputError(message.str());
    }
  }
}

void check_dimensions(const LayerShape& shape, const Eigen::MatrixXd& matrix, int64_t rows, int64_t cols,
                      const char* what) {
  if (matrix.rows() == rows && matrix.cols() == cols) return;
  std::ostringstream message;
  message << layer_name(shape) << ": " << what << " is [" << matrix.rows() << ", " << matrix.cols()
          << "]; it must be [" << rows << ", " << cols << "]";
  throw InputError(message.str());
}

}  // namespace

void check_shape(const LayerShape& shape) {
  if (shape.K < 1 || shape.M < 1) throw InputError(layer_name(shape) + ": K and M must be at least 1");
}

void check_weights(const LayerShape& shape, const Eigen::MatrixXd& W) {
  check_shape(shape);
  check_dimensions(shape, W, shape.M, shape.K, "the weight matrix");
  check_finite(shape, W, "W");
}

void check_calibration(const LayerShape& shape, const Calibration& calibration) {
  check_dimensions(shape, calibration.gram, shape.K, shape.K, "the calibration inputs' Gram matrix X X^T");
  if (calibration.tokens < 1) {
    throw InputError(layer_name(shape) + ": the calibration has " + std::to_string(calibration.tokens) +
                     " tokens; this scheme needs at least 1");
  }
  check_finite(shape, calibration.gram, "X X^T");
  for (int64_t k = 0; k < shape.K; ++k) {
    if (calibration.gram(k, k) >= 0) continue;
    std::ostringstream message;
    message << layer_name(shape) << ": X X^T[" << k << ", " << k << "] is " << calibration.gram(k, k)
            << "; a sum of squares cannot be negative";
    throw InputError(message.str());
  }
  // |x_i . x_k| <= |x_i| |x_k|, but for products in single precision.
  constexpr double kSlack = 1 + 1e-3;
  const Eigen::VectorXd lengths =
      calibration.gram.diagonal().unaryExpr([](double square) { return std::sqrt(square); });
  for (int64_t k = 0; k < shape.K; ++k) {
    for (int64_t i = 0; i < shape.K; ++i) {
      if (std::abs(calibration.gram(i, k)) <= kSlack * lengths(i) * lengths(k)) continue;
      std::ostringstream message;
      message << layer_name(shape) << ": X X^T[" << i << ", " << k << "] is " << calibration.gram(i, k)
              << ", more than its diagonal allows: the matrix is not positive definite";
      throw InputError(message.str());
    }
  }
}

void check_range(std::string_view scheme, std::string_view option, int64_t value, int64_t low, int64_t high) {
  if (low <= value && value <= high) return;
  std::ostringstream message;
  message << scheme << ": " << option << " is " << value << "; it must be from " << low << " to " << high;
  throw InputError(message.str());
}

void check_scale_bits(int scale_bits) {
  if (scale_bits == 16 || scale_bits == 32) return;
  throw InputError("--scale-type: scales of " + std::to_string(scale_bits) +
                   " bits; they must be f16 (16 bits) or f32 (32 bits)");
}

int64_t checked_group(const LayerShape& shape, int64_t group_size, int64_t extent, std::string_view axis) {
  check_shape(shape);
  if (group_size == 0) return extent;
  if (group_size > 0 && extent % group_size == 0) return group_size;
  std::ostringstream message;
  message << layer_name(shape) << ": --group-size is " << group_size << "; it must divide " << axis << " = "
          << extent << ", or be left out to share a scale along all of it";
  throw InputError(message.str());
}

}  // namespace eyeshift
