#pragma once

#include <Eigen/Core>

namespace eyeshift {

// Work on triangles of a matrix, in place and in tiles that do not depend on the number of threads (0: one a
// processor), nor does the result.

// Replaces the lower triangle of a symmetric A [n, n], given by that triangle, by its Cholesky factor L, A =
// L L^T; what lies above it is lost. false where A is not positive definite.
bool factorise_lower(Eigen::MatrixXd& A, int threads);

// Replaces the upper triangle of T, whose diagonal is 1 and whose lower triangle is 0, by its inverse.
void invert_unit_upper(Eigen::MatrixXd& T, int threads);

}  // namespace eyeshift
