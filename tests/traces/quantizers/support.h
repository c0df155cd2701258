#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>

#include "traces/quantizers/quantizer.h"

namespace eyeshift::testing_support {

// Uniform in [-1, 1), the same on every platform.
Eigen::MatrixXd random_matrix(int64_t rows, int64_t cols, uint64_t seed);

// Calibration from inputs X [K, tokens].
Calibration calibration_of(const Eigen::MatrixXd& X);

// Quantizes with a registered scheme.
Layer quantize(const std::string& scheme, const Eigen::MatrixXd& W, const Calibration& calibration,
               const QuantizeOptions& options);

// The weights that a layer's stored tensors decode to.
Eigen::MatrixXd decoded(const Layer& layer);

// |W X - Wq X|^2 / |W X|^2
double relative_output_error(const Eigen::MatrixXd& W, const Eigen::MatrixXd& Wq, const Eigen::MatrixXd& X);

// Options with single-precision scales.
QuantizeOptions single_precision(int bits);

}  // namespace eyeshift::testing_support
