#include "traces/quantizers/feedback/gptq_coding.h"

#include <memory>
#include <utility>
#include <vector>

#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"
#include "traces/quantizers/uniform/uniform_grid.h"
#include "traces/quantizers/uniform/uniform_layer.h"

namespace eyeshift {
namespace {

UniformGrid fit_grid(const Encoding& layout, double low, double high) {
  return fit_uniform_grid(low, high, layout.bits, layout.zero_bits == 0, layout.scale_bits);
}

// A grid per row of `weights`.
void fit_row_grids(const Encoding& layout, const Eigen::Ref<const Eigen::MatrixXd>& weights,
                   UniformGrid* grids) {
  const Eigen::VectorXd low = weights.rowwise().minCoeff(), high = weights.rowwise().maxCoeff();
  for (int64_t m = 0; m < weights.rows(); ++m) grids[m] = fit_grid(layout, low(m), high(m));
}

class GridCoder : public ColumnCoder {
 public:
  GridCoder(const ColumnOrder& order, UniformLayer* layer) : order_(order), layer_(*layer) {}

  void begin_group(int64_t, int64_t, const Eigen::Ref<const Eigen::MatrixXd>&) override {}

 protected:
  // Grids of all rows.
  void store_column(int64_t k, int64_t first_row, const std::vector<UniformGrid>& grids,
                    Eigen::Ref<Eigen::VectorXd> weights) {
    for (int64_t i = 0; i < weights.size(); ++i) {
      const int64_t m = first_row + i;
      weights(i) = layer_.store(m, k, weights(i), grids[m]);
    }
  }

  const ColumnOrder& order_;
  UniformLayer& layer_;
};

// A grid per row and group of adjacent columns, from the original weights. Dead channels' weights count as
// zero where a row has several groups, but not in the grid of a whole row, as in GPTQ's code.
class OriginalGridCoder : public GridCoder {
 public:
  OriginalGridCoder(const Eigen::MatrixXd& W, const std::vector<int64_t>& dead, const ColumnOrder& order,
                    const Encoding& layout, UniformLayer* layer)
      : GridCoder(order, layer), group_cols_(layout.group_cols) {
    for (int64_t first = 0; first < W.cols(); first += group_cols_) {
      std::vector<UniformGrid> grids(static_cast<size_t>(W.rows()));
      Eigen::MatrixXd group = W.middleCols(first, group_cols_);
      for (const int64_t k : dead)
        if (group_cols_ < W.cols() && k / group_cols_ == first / group_cols_) group.col(k - first).setZero();
      fit_row_grids(layout, group, grids.data());
      for (int64_t m = 0; m < W.rows(); ++m) layer->set_grid(m, first / group_cols_, grids[m]);
      grids_.push_back(std::move(grids));
    }
  }

  void code_column(int64_t position, int64_t first_row, Eigen::Ref<Eigen::VectorXd> weights) override {
    const int64_t k = order_.column[position];
    store_column(k, first_row, grids_[k / group_cols_], weights);
  }

 private:
  int64_t group_cols_;
  std::vector<std::vector<UniformGrid>> grids_;  // by group of columns, by row
};

// A grid per row and group of columns in the order's positions, from the updated weights when the group's
// first column is due.
class GroupStartCoder : public GridCoder {
 public:
  GroupStartCoder(int64_t rows, const ColumnOrder& order, const Encoding& layout, UniformLayer* layer)
      : GridCoder(order, layer), layout_(layout), grids_(static_cast<size_t>(rows)) {
    for (int64_t group = 0; group + 1 < static_cast<int64_t>(order.bounds.size()); ++group)
      for (int64_t i = order.bounds[group]; i < order.bounds[group + 1]; ++i)
        layer->set_group_index(order.column[i], group);
  }

  void begin_group(int64_t group, int64_t first_row,
                   const Eigen::Ref<const Eigen::MatrixXd>& weights) override {
    fit_row_grids(layout_, weights, &grids_[first_row]);
    for (int64_t m = first_row; m < first_row + weights.rows(); ++m) layer_.set_grid(m, group, grids_[m]);
  }

  void code_column(int64_t position, int64_t first_row, Eigen::Ref<Eigen::VectorXd> weights) override {
    store_column(order_.column[position], first_row, grids_, weights);
  }

 private:
  const Encoding& layout_;
  std::vector<UniformGrid> grids_;  // by row, of the group that the row is in
};

// A grid per column and group of rows, from the updated column at its turn.
class ColumnGridCoder : public GridCoder {
 public:
  ColumnGridCoder(const ColumnOrder& order, const Encoding& layout, UniformLayer* layer)
      : GridCoder(order, layer), layout_(layout) {}

  int64_t rows_together() const override { return layout_.group_rows; }

  void code_column(int64_t position, int64_t first_row, Eigen::Ref<Eigen::VectorXd> weights) override {
    const int64_t k = order_.column[position];
    for (int64_t first = 0; first < weights.size(); first += layout_.group_rows) {
      const auto group = weights.segment(first, layout_.group_rows);
      const UniformGrid grid = fit_grid(layout_, group.minCoeff(), group.maxCoeff());
      layer_.set_grid((first_row + first) / layout_.group_rows, k, grid);
      for (int64_t i = first; i < first + layout_.group_rows; ++i)
        weights(i) = layer_.store(first_row + i, k, weights(i), grid);
    }
  }

 private:
  const Encoding& layout_;
};

std::unique_ptr<ColumnCoder> coder_for(GridSource source, const Eigen::MatrixXd& W,
                                       const std::vector<int64_t>& dead, const ColumnOrder& order,
                                       const Encoding& layout, UniformLayer* layer) {
  if (source == GridSource::column) return std::make_unique<ColumnGridCoder>(order, layout, layer);
  if (source == GridSource::group_start)
    return std::make_unique<GroupStartCoder>(W.rows(), order, layout, layer);
  return std::make_unique<OriginalGridCoder>(W, dead, order, layout, layer);
}

}  // namespace

Layer quantize_gptq(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W,
                    const Calibration& calibration, bool act_order, bool compensation, GridSource source,
                    int threads) {
  DampedHessian hessian = damped_hessian(shape, calibration);
  const int64_t group_cols = source == GridSource::group_start ? layout.group_cols : shape.K;
  const ColumnOrder order =
      act_order ? activation_order(hessian.H, group_cols) : natural_order(shape.K, group_cols);
  Eigen::MatrixXd feedback;
  if (compensation) feedback = feedback_matrix(shape, std::move(hessian.H), order, threads);
  UniformLayer layer(shape, layout);
  const std::unique_ptr<ColumnCoder> coder = coder_for(source, W, hessian.dead, order, layout, &layer);
  code_with_feedback(ordered_weights(W, hessian, order), feedback, order, coder.get(), threads);
  return layer.finish();
}

}  // namespace eyeshift
