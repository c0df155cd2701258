#pragma once

#include <Eigen/Core>
#include <algorithm>

#include "traces/format/layer.h"

namespace eyeshift {

// The weights that a layer's stored tensors stand for, as doubles [M, K].
Eigen::MatrixXd decoded_matrix(const Layer& layer);

// |D X|^2 for a difference of weights D [M, K], given X X^T; rounding never makes it negative.
inline double squared_output(const Eigen::MatrixXd& D, const Eigen::MatrixXd& gram) {
  return std::max((D * gram).cwiseProduct(D).sum(), 0.0);
}

}  // namespace eyeshift
