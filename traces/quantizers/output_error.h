#pragma once

#include <Eigen/Core>
#include <algorithm>

namespace eyeshift {

// |D X|^2 for a difference of weights D [M, K], given X X^T; rounding never makes it negative.
inline double squared_output(const Eigen::MatrixXd& D, const Eigen::MatrixXd& gram) {
  return std::max((D * gram).cwiseProduct(D).sum(), 0.0);
}

}  // namespace eyeshift
