#include "traces/quantizers/feedback/triangular.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <utility>
#include <vector>

#include "base/parallel.h"

namespace eyeshift {
namespace {

using Eigen::Index;

constexpr Index kPanel = 128;  // columns that are factorised at a time
constexpr Index kTile = 256;   // rows and columns of what one thread updates at a time

struct Span {
  Index first, size;
};

std::vector<Span> spans(Index first, Index last, Index size) {
  std::vector<Span> all;
  for (; first < last; first += size) all.push_back({first, std::min(size, last - first)});
  return all;
}

}  // namespace

bool factorise_lower(Eigen::MatrixXd& A, int threads) {
  for (const auto [first, size] : spans(0, A.rows(), kPanel)) {
    const Eigen::LLT<Eigen::MatrixXd> corner(A.block(first, first, size, size));
    if (corner.info() != Eigen::Success) return false;
    A.block(first, first, size, size).triangularView<Eigen::Lower>() = corner.matrixLLT();

    const std::vector<Span> below = spans(first + size, A.rows(), kTile);
    parallel_for(below.size(), threads, [&, first = first, size = size](size_t i) {
      corner.matrixU().solveInPlace<Eigen::OnTheRight>(A.block(below[i].first, first, below[i].size, size));
    });
    std::vector<std::pair<Span, Span>> tiles;
    for (size_t column = 0; column < below.size(); ++column)
      for (size_t row = column; row < below.size(); ++row) tiles.emplace_back(below[row], below[column]);
    parallel_for(tiles.size(), threads, [&, first = first, size = size](size_t i) {
      const auto [row, column] = tiles[i];
      A.block(row.first, column.first, row.size, column.size).noalias() -=
          A.block(row.first, first, row.size, size) *
          A.block(column.first, first, column.size, size).transpose();
    });
  }
  return true;
}

// The inverse of [A B; 0 C] is [A' -A' B C'; 0 C'], of blocks that double from step to step.
void invert_unit_upper(Eigen::MatrixXd& T, int threads) {
  constexpr Index kLeaf = 64;
  const Index n = T.rows();
  const std::vector<Span> leaves = spans(0, n, kLeaf);
  parallel_for(leaves.size(), threads, [&](size_t i) {
    const auto [first, size] = leaves[i];
    auto leaf = T.block(first, first, size, size);
    leaf = leaf.triangularView<Eigen::UnitUpper>().solve(Eigen::MatrixXd::Identity(size, size)).eval();
  });
  for (Index half = kLeaf; half < n; half *= 2) {
    std::vector<std::pair<Index, Span>> rows, columns;  // tiles of B, and where A begins
    for (Index first = 0; first + half < n; first += 2 * half) {
      const Index middle = first + half, last = std::min(middle + half, n);
      for (const Span& tile : spans(first, middle, kTile)) rows.emplace_back(first, tile);
      for (const Span& tile : spans(middle, last, kTile)) columns.emplace_back(first, tile);
    }
    parallel_for(rows.size(), threads, [&](size_t i) {
      const auto [first, tile] = rows[i];
      const Index middle = first + half, size = std::min(half, n - middle);
      auto B = T.block(tile.first, middle, tile.size, size);
      B = (B * T.block(middle, middle, size, size).triangularView<Eigen::UnitUpper>()).eval();
    });
    parallel_for(columns.size(), threads, [&](size_t i) {
      const auto [first, tile] = columns[i];
      auto B = T.block(first, tile.first, half, tile.size);
      B = -(T.block(first, first, half, half).triangularView<Eigen::UnitUpper>() * B).eval();
    });
  }
}

}  // namespace eyeshift
