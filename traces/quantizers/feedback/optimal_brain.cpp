#include "traces/quantizers/feedback/optimal_brain.h"

#include <limits>
#include <numeric>

namespace eyeshift {
namespace {

// A weight's position among those left, by the order's key; of equals the one of the lowest column.
class Choice {
 public:
  void offer(Eigen::Index position, int64_t column, double key) {
    if (key > key_ || (key == key_ && column > column_)) return;
    position_ = position;
    column_ = column;
    key_ = key;
  }
  Eigen::Index position() const { return position_; }

 private:
  Eigen::Index position_ = 0;
  int64_t column_ = 0;
  double key_ = std::numeric_limits<double>::infinity();
};

}  // namespace

std::vector<uint8_t> code_row(Eigen::VectorXd w, Eigen::MatrixXd inverse_H, const RowGrids& grids,
                              WeightOrder order) {
  std::vector<int64_t> columns(static_cast<size_t>(w.size()));  // of the weights left
  std::iota(columns.begin(), columns.end(), int64_t{0});
  std::vector<uint8_t> codes(columns.size());
  for (Eigen::Index left = w.size(); left > 0; --left) {
    Choice cheapest, farthest, first;
    bool outlier = false;
    for (Eigen::Index i = 0; i < left; ++i) {
      const UniformGrid& grid = grids.of(columns[i]);
      const double difference = w(i) - grid.value(grid.code(w(i)));
      const double error = difference * difference;
      outlier = outlier || error > static_cast<double>(grid.scale) * grid.scale / 4;
      cheapest.offer(i, columns[i], error / inverse_H(i, i));
      farthest.offer(i, columns[i], -error);
      first.offer(i, columns[i], static_cast<double>(columns[i]));
    }
    const Eigen::Index j = order == WeightOrder::natural ? first.position()
                           : outlier                     ? farthest.position()
                                                         : cheapest.position();
    const UniformGrid& grid = grids.of(columns[j]);
    const uint8_t code = codes[columns[j]] = grid.code(w(j));
    const Eigen::VectorXd column = inverse_H.col(j).head(left);
    const double pivot = column(j);
    w.head(left) -= column * ((w(j) - grid.value(code)) / pivot);
    inverse_H.topLeftCorner(left, left).noalias() -= column * (column / pivot).transpose();
    // The last one takes the place of the one that is done.
    const Eigen::Index last = left - 1;
    columns[j] = columns[last];
    w(j) = w(last);
    inverse_H.row(j).head(left) = inverse_H.row(last).head(left);
    inverse_H.col(j).head(left) = inverse_H.col(last).head(left);
  }
  return codes;
}

}  // namespace eyeshift
