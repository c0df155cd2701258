#include "traces/quantizers/hessian.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <numeric>

#include "configs/reader/errors.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

std::vector<int64_t> group_bounds(int64_t K, int64_t group_size) {
  std::vector<int64_t> bounds;
  for (int64_t first = 0; first < K; first += group_size) bounds.push_back(first);
  bounds.push_back(K);
  return bounds;
}

// Indices of `keys` by descending key, stable.
std::vector<int64_t> descending(const std::vector<double>& keys) {
  std::vector<int64_t> indices(keys.size());
  std::iota(indices.begin(), indices.end(), int64_t{0});
  std::stable_sort(indices.begin(), indices.end(), [&](int64_t a, int64_t b) { return keys[a] > keys[b]; });
  return indices;
}

// Replaces a unit upper triangular matrix by its inverse, blockwise: a third of the work of solving for the
// identity.
void invert_unit_upper(Eigen::Ref<Eigen::MatrixXd> T) {
  constexpr Eigen::Index kLeaf = 32;
  const Eigen::Index n = T.rows(), head = n / 2, tail = n - head;
  if (n <= kLeaf) {
    T = T.triangularView<Eigen::UnitUpper>().solve(Eigen::MatrixXd::Identity(n, n)).eval();
    return;
  }
  invert_unit_upper(T.topLeftCorner(head, head));
  invert_unit_upper(T.bottomRightCorner(tail, tail));
  const Eigen::MatrixXd right =
      T.topRightCorner(head, tail) * T.bottomRightCorner(tail, tail).triangularView<Eigen::UnitUpper>();
  T.topRightCorner(head, tail).noalias() =
      -(T.topLeftCorner(head, head).triangularView<Eigen::UnitUpper>() * right);
}

}  // namespace

DampedHessian damped_hessian(const LayerShape& shape, const Calibration& calibration, double damping) {
  check_calibration(shape, calibration);
  DampedHessian result;
  result.H = calibration.gram * (2.0 / static_cast<double>(calibration.tokens));
  for (int64_t k = 0; k < shape.K; ++k) {
    if (result.H(k, k) != 0) continue;
    result.H(k, k) = 1;
    result.dead.push_back(k);
  }
  const double added = damping * result.H.diagonal().mean();
  result.H.diagonal().array() += added;
  return result;
}

ColumnOrder natural_order(int64_t K, int64_t group_size) {
  ColumnOrder order{std::vector<int64_t>(static_cast<size_t>(K)), group_bounds(K, group_size)};
  std::iota(order.column.begin(), order.column.end(), int64_t{0});
  return order;
}

ColumnOrder activation_order(const Eigen::MatrixXd& H, int64_t group_size) {
  const Eigen::VectorXd diagonal = H.diagonal();
  return {descending({diagonal.data(), diagonal.data() + diagonal.size()}),
          group_bounds(H.rows(), group_size)};
}

ColumnOrder block_activation_order(const Eigen::MatrixXd& H, int64_t group_size) {
  const ColumnOrder natural = natural_order(H.rows(), group_size);
  std::vector<double> sums;
  for (size_t block = 0; block + 1 < natural.bounds.size(); ++block) {
    const int64_t first = natural.bounds[block];
    sums.push_back(H.diagonal().segment(first, natural.bounds[block + 1] - first).sum());
  }
  ColumnOrder order{{}, {0}};
  for (const int64_t block : descending(sums)) {
    for (int64_t k = natural.bounds[block]; k < natural.bounds[block + 1]; ++k) order.column.push_back(k);
    order.bounds.push_back(static_cast<int64_t>(order.column.size()));
  }
  return order;
}

Eigen::MatrixXd reverse_cholesky(const LayerShape& shape, const Eigen::MatrixXd& H,
                                 const ColumnOrder& order) {
  // The Cholesky factor of H with rows and columns reversed, reversed back.
  const std::vector<int64_t> reversed(order.column.rbegin(), order.column.rend());
  const Eigen::MatrixXd flipped = H(reversed, reversed);
  const Eigen::LLT<Eigen::MatrixXd> cholesky(flipped);
  const Eigen::MatrixXd R = cholesky.matrixLLT().triangularView<Eigen::Lower>();
  if (cholesky.info() != Eigen::Success || !R.allFinite()) {
    throw InputError("layer '" + shape.name +
                     "': the damped X X^T of the calibration inputs is not positive " +
                     "definite; X X^T must be computed from the layer's inputs in double precision");
  }
  return R.reverse();
}

Eigen::MatrixXd feedback_matrix(const LayerShape& shape, const Eigen::MatrixXd& H, const ColumnOrder& order) {
  // U is the inverse of R: one factorisation and no inverse of H.
  Eigen::MatrixXd G = reverse_cholesky(shape, H, order);
  for (Eigen::Index i = 0; i < G.cols(); ++i) G.col(i).head(i + 1) /= G(i, i);
  invert_unit_upper(G);
  return G;
}

}  // namespace eyeshift
