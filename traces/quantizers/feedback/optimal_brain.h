#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "traces/quantizers/uniform/uniform_grid.h"

namespace eyeshift {

// Which weight of a row is quantized next.
enum class WeightOrder {
  cheapest,  // that of least (w - q)^2 / [H^-1]_jj; but where an error exceeds a quarter of the grid's step
             // squared, the largest error
  natural,
};

// The grids of a row, one for every group_cols adjacent weights.
struct RowGrids {
  std::vector<UniformGrid> grids;
  int64_t group_cols = 1;
  const UniformGrid& of(int64_t column) const { return grids[static_cast<size_t>(column / group_cols)]; }
};

// Quantizes a row w [K] by OBQ (Frantar & Alistarh, NeurIPS 2022): one weight after the other, the others
// taking up its error by w -= H^-1_j (w_j - q_j) / [H^-1]_jj, H^-1 [K, K] that of the weights left. Returns
// the codes [K].
std::vector<uint8_t> code_row(Eigen::VectorXd w, Eigen::MatrixXd inverse_H, const RowGrids& grids,
                              WeightOrder order);

}  // namespace eyeshift
