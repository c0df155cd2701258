#include "traces/layers/gram.h"

#include <algorithm>
#include <utility>

#include "base/parallel.h"

namespace eyeshift {

Eigen::MatrixXd gram_of_inputs(const std::vector<Network::State>& windows, int threads) {
  constexpr Eigen::Index kTile = 128;
  const Eigen::Index K = windows.front().inputs.cols();
  std::vector<std::pair<Eigen::Index, Eigen::Index>> tiles;  // of the lower triangle
  for (Eigen::Index column = 0; column < K; column += kTile)
    for (Eigen::Index row = column; row < K; row += kTile) tiles.emplace_back(row, column);

  Eigen::MatrixXd gram(K, K);
  parallel_for(tiles.size(), threads, [&](size_t i) {
    const auto [row, column] = tiles[i];
    const Eigen::Index rows = std::min(kTile, K - row);
    const Eigen::Index columns = std::min(kTile, K - column);
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(rows, columns);
    Eigen::MatrixXf product(rows, columns);
    for (const Network::State& window : windows) {
      product.noalias() =
          window.inputs.middleCols(row, rows).transpose() * window.inputs.middleCols(column, columns);
      sum += product.cast<double>();
    }
    gram.block(row, column, rows, columns) = sum;
    gram.block(column, row, columns, rows) = sum.transpose();
    // The two triangles of a tile on the diagonal may differ in the last bit: the lower one counts.
    if (row == column) gram.block(row, row, rows, rows) = sum.selfadjointView<Eigen::Lower>();
  });
  return gram;
}

}  // namespace eyeshift
