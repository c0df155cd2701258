#include "traces/quantizers/feedback/hessian.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/errors.h"
#include "traces/quantizers/feedback/triangular.h"
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

}  // namespace

DampedHessian damped_hessian(const LayerShape& shape, const Calibration& calibration, double damping) {
  check_calibration(shape, calibration);
  DampedHessian result;
  const auto tokens = static_cast<double>(calibration.tokens);
  result.H = calibration.gram * (2 / tokens);
  const double dead = calibration.sequences > 0 ? static_cast<double>(calibration.sequences) / tokens : 1;
  for (int64_t k = 0; k < shape.K; ++k) {
    if (result.H(k, k) != 0) continue;
    result.H(k, k) = dead;
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

Eigen::MatrixXd reverse_cholesky(const LayerShape& shape, Eigen::MatrixXd H, const ColumnOrder& order,
                                 int threads) {
  // The Cholesky factor of H with rows and columns reversed, reversed back.
  const std::vector<int64_t> reversed(order.column.rbegin(), order.column.rend());
  Eigen::MatrixXd R = H(reversed, reversed);
  H.resize(0, 0);
  if (!factorise_lower(R, threads) || !R.allFinite()) {
    throw InputError("layer '" + shape.name +
                     "': the damped X X^T of the calibration inputs is not positive " +
                     "definite; X X^T must be computed from the layer's inputs in double precision");
  }
  R.reverseInPlace();
  R.triangularView<Eigen::StrictlyLower>().setZero();
  return R;
}

Eigen::MatrixXd feedback_matrix(const LayerShape& shape, Eigen::MatrixXd H, const ColumnOrder& order,
                                int threads) {
  // U is the inverse of R: one factorisation and no inverse of H.
  Eigen::MatrixXd G = reverse_cholesky(shape, std::move(H), order, threads);
  for (Eigen::Index i = 0; i < G.cols(); ++i) G.col(i).head(i + 1) /= G(i, i);
  invert_unit_upper(G, threads);
  return G;
}

}  // namespace eyeshift
