#include <memory>
#include <utility>
#include <vector>

#include "traces/quantizers/error_feedback.h"
#include "traces/quantizers/gptq.h"
#include "traces/quantizers/hessian.h"
#include "traces/quantizers/uniform_grid.h"
#include "traces/quantizers/uniform_layer.h"

namespace eyeshift {
namespace {

UniformGrid fit_grid(const Encoding& layout, double low, double high) {
  return fit_uniform_grid(low, high, layout.bits, layout.zero_bits == 0, layout.scale_bits);
}

// A grid per row of `weights`.
std::vector<UniformGrid> row_grids(const Encoding& layout, const Eigen::Ref<const Eigen::MatrixXd>& weights) {
  const Eigen::VectorXd low = weights.rowwise().minCoeff(), high = weights.rowwise().maxCoeff();
  std::vector<UniformGrid> grids;
  for (int64_t m = 0; m < weights.rows(); ++m) grids.push_back(fit_grid(layout, low(m), high(m)));
  return grids;
}

class GridCoder : public ColumnCoder {
 public:
  GridCoder(const ColumnOrder& order, UniformLayer* layer) : order_(order), layer_(*layer) {}

  void begin_group(int64_t, const Eigen::Ref<const Eigen::MatrixXd>&) override {}

 protected:
  void set_grids(int64_t column_group, const std::vector<UniformGrid>& grids) {
    for (size_t m = 0; m < grids.size(); ++m)
      layer_.set_grid(static_cast<int64_t>(m), column_group, grids[m]);
  }

  void store_column(int64_t k, const std::vector<UniformGrid>& grids, Eigen::Ref<Eigen::VectorXd> weights) {
    for (int64_t m = 0; m < weights.size(); ++m) weights(m) = layer_.store(m, k, weights(m), grids[m]);
  }

  const ColumnOrder& order_;
  UniformLayer& layer_;
};

// A grid per row and group of adjacent columns, from the original weights.
class OriginalGridCoder : public GridCoder {
 public:
  OriginalGridCoder(const Eigen::MatrixXd& W, const ColumnOrder& order, const Encoding& layout,
                    UniformLayer* layer)
      : GridCoder(order, layer), group_cols_(layout.group_cols) {
    for (int64_t first = 0; first < W.cols(); first += group_cols_) {
      grids_.push_back(row_grids(layout, W.middleCols(first, group_cols_)));
      set_grids(first / group_cols_, grids_.back());
    }
  }

  void code_column(int64_t position, Eigen::Ref<Eigen::VectorXd> weights) override {
    const int64_t k = order_.column[position];
    store_column(k, grids_[k / group_cols_], weights);
  }

 private:
  int64_t group_cols_;
  std::vector<std::vector<UniformGrid>> grids_;  // by group of columns, by row
};

// A grid per row and group of columns in the order's positions, from the updated weights when the group's
// first column is due.
class GroupStartCoder : public GridCoder {
 public:
  GroupStartCoder(const ColumnOrder& order, const Encoding& layout, UniformLayer* layer)
      : GridCoder(order, layer), layout_(layout) {}

  void begin_group(int64_t group, const Eigen::Ref<const Eigen::MatrixXd>& weights) override {
    grids_ = row_grids(layout_, weights);
    set_grids(group, grids_);
    for (int64_t i = order_.bounds[group]; i < order_.bounds[group + 1]; ++i)
      layer_.set_group_index(order_.column[i], group);
  }

  void code_column(int64_t position, Eigen::Ref<Eigen::VectorXd> weights) override {
    store_column(order_.column[position], grids_, weights);
  }

 private:
  const Encoding& layout_;
  std::vector<UniformGrid> grids_;
};

// A grid per column and group of rows, from the updated column at its turn.
class ColumnGridCoder : public GridCoder {
 public:
  ColumnGridCoder(const ColumnOrder& order, const Encoding& layout, UniformLayer* layer)
      : GridCoder(order, layer), layout_(layout) {}

  void code_column(int64_t position, Eigen::Ref<Eigen::VectorXd> weights) override {
    const int64_t k = order_.column[position];
    for (int64_t first = 0; first < weights.size(); first += layout_.group_rows) {
      const auto group = weights.segment(first, layout_.group_rows);
      const UniformGrid grid = fit_grid(layout_, group.minCoeff(), group.maxCoeff());
      layer_.set_grid(first / layout_.group_rows, k, grid);
      for (int64_t m = first; m < first + layout_.group_rows; ++m)
        weights(m) = layer_.store(m, k, weights(m), grid);
    }
  }

 private:
  const Encoding& layout_;
};

std::unique_ptr<ColumnCoder> coder_for(GridSource source, const Eigen::MatrixXd& W, const ColumnOrder& order,
                                       const Encoding& layout, UniformLayer* layer) {
  if (source == GridSource::column) return std::make_unique<ColumnGridCoder>(order, layout, layer);
  if (source == GridSource::group_start) return std::make_unique<GroupStartCoder>(order, layout, layer);
  return std::make_unique<OriginalGridCoder>(W, order, layout, layer);
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
  const std::unique_ptr<ColumnCoder> coder = coder_for(source, W, order, layout, &layer);
  code_with_feedback(ordered_weights(W, hessian, order), feedback, order, coder.get(), threads);
  return layer.finish();
}

}  // namespace eyeshift
