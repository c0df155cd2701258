#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "traces/format/layer.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

inline constexpr double kGptqDamping = 0.01;

// The layer's second-order statistics as GPTQ uses them (Frantar et al., ICLR 2023): H = (2 / tokens) X X^T,
// a dead channel's diagonal set to sequences / tokens, then `damping` mean(diag H) added to the diagonal. The
// released code's H is (2 / sequences) X X^T with 1 for a dead channel: the same but for a factor that
// changes no result.
struct DampedHessian {
  Eigen::MatrixXd H;          // [K, K]
  std::vector<int64_t> dead;  // channels whose inputs are all zero, ascending; their weights count as zero
};

// Throws InputError where the calibration does not fit the layer.
DampedHessian damped_hessian(const LayerShape& shape, const Calibration& calibration,
                             double damping = kGptqDamping);

// The order in which columns are quantized, and its groups: group g holds positions [bounds[g], bounds[g +
// 1]).
struct ColumnOrder {
  std::vector<int64_t> column;  // [K] the column at each position
  std::vector<int64_t> bounds;  // [groups + 1]
};

// Columns in natural order, in groups of group_size (the last may be smaller).
ColumnOrder natural_order(int64_t K, int64_t group_size);

// GPTQ's act-order: columns by descending diagonal, stable, then cut into groups of group_size.
ColumnOrder activation_order(const Eigen::MatrixXd& H, int64_t group_size);

// ShiftAddLLM's: contiguous blocks of group_size columns by descending sum of their diagonal, stable; each a
// group.
ColumnOrder block_activation_order(const Eigen::MatrixXd& H, int64_t group_size);

// R [K, K], upper triangular with H = R R^T, in the order's positions: the inverse of H^-1's upper Cholesky
// factor. H's memory is free before the factorisation begins. The number of threads (0: one a processor) does
// not change the result. Throws InputError naming the layer where H is not positive definite.
Eigen::MatrixXd reverse_cholesky(const LayerShape& shape, Eigen::MatrixXd H, const ColumnOrder& order,
                                 int threads = 1);

// The feedback matrix G [K, K], unit upper triangular, in the order's positions: coding column i with the
// error e = w_i - q_i is best followed by w_j -= e G_ij for every later column j. G_ij = U_ij / U_ii, where U
// is upper triangular and U^T U = inverse(H) (Frantar et al., ICLR 2023). Memory, threads and errors as
// above.
Eigen::MatrixXd feedback_matrix(const LayerShape& shape, Eigen::MatrixXd H, const ColumnOrder& order,
                                int threads = 1);

}  // namespace eyeshift
