#pragma once

#include <Eigen/Core>

#include "traces/format/rotation.h"

namespace eyeshift {

// Q A and Q^T A, A [n, columns].
Eigen::MatrixXd rotate(const Rotation& Q, const Eigen::MatrixXd& A);
Eigen::MatrixXd rotate_back(const Rotation& Q, const Eigen::MatrixXd& A);

}  // namespace eyeshift
