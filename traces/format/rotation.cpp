#include <cmath>

#include "traces/format/rotate.h"

namespace eyeshift {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

RowMajor square(const std::vector<float>& entries) {
  const auto n = static_cast<Eigen::Index>(std::lround(std::sqrt(static_cast<double>(entries.size()))));
  using Stored = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const Stored>(entries.data(), n, n).cast<double>();
}

// (left x right) A: a column, taken as a [p, q] matrix V row by row, becomes left V right^T.
Eigen::MatrixXd product(const RowMajor& left, const RowMajor& right, const Eigen::MatrixXd& A) {
  Eigen::MatrixXd result(A.rows(), A.cols());
  for (Eigen::Index column = 0; column < A.cols(); ++column) {
    const Eigen::Map<const RowMajor> V(A.col(column).data(), left.rows(), right.rows());
    Eigen::Map<RowMajor>(result.col(column).data(), left.rows(), right.rows()) = left * V * right.transpose();
  }
  return result;
}

}  // namespace

std::pair<int64_t, int64_t> rotation_factors(int64_t n) {
  int64_t p = 1;
  for (int64_t i = 2; i * i <= n; ++i)
    if (n % i == 0) p = i;
  return {p, n / p};
}

int order_bits(int64_t n) {
  int bits = 1;
  while (int64_t{1} << bits < n) ++bits;
  return bits;
}

Eigen::MatrixXd rotate(const Rotation& Q, const Eigen::MatrixXd& A) {
  return product(square(Q.left), square(Q.right), A(Q.order, Eigen::all));
}

Eigen::MatrixXd rotate_back(const Rotation& Q, const Eigen::MatrixXd& A) {
  Eigen::MatrixXd result(A.rows(), A.cols());
  result(Q.order, Eigen::all) = product(square(Q.left).transpose(), square(Q.right).transpose(), A);
  return result;
}

}  // namespace eyeshift
