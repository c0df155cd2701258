#include "traces/quantizers/feedback/error_feedback.h"

#include <algorithm>
#include <vector>

#include "base/integers.h"
#include "base/parallel.h"

namespace eyeshift {
namespace {

constexpr int64_t kTileRows = 256;
constexpr int64_t kWorthThreads = 1 << 22;  // products below which starting threads takes longer

// The loop over the columns of some rows, from first_row on.
class FeedbackLoop {
 public:
  FeedbackLoop(const Eigen::Ref<const Eigen::MatrixXd>& W, int64_t first_row, const Eigen::MatrixXd& G,
               const std::vector<int64_t>& bounds, ColumnCoder* coder, int64_t leaf_columns, int threads)
      : W_(W),
        error_(W.rows(), W.cols()),
        first_row_(first_row),
        G_(G),
        bounds_(bounds),
        coder_(*coder),
        leaf_columns_(leaf_columns),
        threads_(threads) {}

  void code() { code_groups(0, static_cast<int64_t>(bounds_.size()) - 1); }

 private:
  void code_groups(int64_t first, int64_t last) {
    if (last - first > 1 && bounds_[last] - bounds_[first] <= leaf_columns_) {
      for (int64_t group = first; group < last; ++group) {
        feed_back(bounds_[first], bounds_[group], bounds_[group + 1]);
        code_group(group);
      }
      return;
    }
    if (last - first > 1) {
      const int64_t middle = first + (last - first) / 2;
      code_groups(first, middle);
      feed_back(bounds_[first], bounds_[middle], bounds_[last]);
      code_groups(middle, last);
      return;
    }
    code_group(first);
  }

  void code_group(int64_t group) {
    const int64_t first = bounds_[group], last = bounds_[group + 1];
    coder_.begin_group(group, first_row_, W_.middleCols(first, last - first));
    code_columns(first, last);
  }

  void code_columns(int64_t first, int64_t last) {
    if (last - first > leaf_columns_) {
      const int64_t middle = first + (last - first) / 2;
      code_columns(first, middle);
      feed_back(first, middle, last);
      code_columns(middle, last);
      return;
    }
    for (int64_t i = first; i < last; ++i) {
      if (i > first && G_.size() > 0) {
        W_.col(i).noalias() -= error_.middleCols(first, i - first) * G_.col(i).segment(first, i - first);
      }
      error_.col(i) = W_.col(i);
      coder_.code_column(i, first_row_, W_.col(i));
      error_.col(i) -= W_.col(i);
    }
  }

  // Feeds the errors of [first, middle) back to the weights of [middle, last).
  void feed_back(int64_t first, int64_t middle, int64_t last) {
    if (G_.size() == 0 || first == middle) return;
    const int64_t rows = W_.rows(), tiles = divide_up(rows, kTileRows);
    const int64_t products = rows * (middle - first) * (last - middle);
    parallel_for(static_cast<size_t>(tiles), products < kWorthThreads ? 1 : threads_, [&](size_t tile) {
      const int64_t top = static_cast<int64_t>(tile) * kTileRows, count = std::min(kTileRows, rows - top);
      W_.block(top, middle, count, last - middle).noalias() -=
          error_.block(top, first, count, middle - first) *
          G_.block(first, middle, middle - first, last - middle);
    });
  }

  Eigen::MatrixXd W_;      // updated weights; coded columns hold the quantized ones
  Eigen::MatrixXd error_;  // of coded columns: updated minus quantized
  int64_t first_row_;
  const Eigen::MatrixXd& G_;
  const std::vector<int64_t>& bounds_;
  ColumnCoder& coder_;
  int64_t leaf_columns_;
  int threads_;
};

}  // namespace

void code_with_feedback(const Eigen::MatrixXd& W, const Eigen::MatrixXd& G, const ColumnOrder& order,
                        ColumnCoder* coder, int threads, int64_t leaf_columns) {
  // Tiles, here and in feed_back(), are the same for any number of threads.
  const int64_t tile_rows = divide_up(kTileRows, coder->rows_together()) * coder->rows_together();
  const int64_t tiles = divide_up(W.rows(), tile_rows);
  parallel_for(static_cast<size_t>(tiles), threads, [&](size_t tile) {
    const int64_t top = static_cast<int64_t>(tile) * tile_rows, rows = std::min(tile_rows, W.rows() - top);
    FeedbackLoop loop(W.middleRows(top, rows), top, G, order.bounds, coder, leaf_columns,
                      tiles > 1 ? 1 : threads);
    loop.code();
  });
}

Eigen::MatrixXd ordered_weights(const Eigen::MatrixXd& W, const DampedHessian& hessian,
                                const ColumnOrder& order) {
  Eigen::MatrixXd ordered = W(Eigen::all, order.column);
  for (size_t i = 0; i < order.column.size(); ++i)
    if (std::binary_search(hessian.dead.begin(), hessian.dead.end(), order.column[i]))
      ordered.col(static_cast<Eigen::Index>(i)).setZero();
  return ordered;
}

}  // namespace eyeshift
