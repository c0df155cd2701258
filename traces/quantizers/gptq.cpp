#include <vector>

#include "configs/reader/errors.h"
#include "traces/quantizers/error_feedback.h"
#include "traces/quantizers/hessian.h"
#include "traces/quantizers/uniform_grid.h"
#include "traces/quantizers/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kMaxGroupIndexBits = 16;

UniformGrid fit_grid(double low, double high, const QuantizeOptions& options) {
  return fit_uniform_grid(low, high, options.bits, options.symmetric, options.scale_bits);
}

// A grid per row and group of columns. One group a row takes its grids from the original weights, several
// take theirs from the updated weights when their first column is due.
class RowGridCoder : public ColumnCoder {
 public:
  RowGridCoder(const Eigen::MatrixXd& original, const ColumnOrder& order, const QuantizeOptions& options,
               UniformLayer* layer)
      : order_(order), options_(options), layer_(*layer), grids_(static_cast<size_t>(original.rows())) {
    if (order.bounds.size() == 2) fit(original);
  }

  void begin_group(int64_t group, const Eigen::Ref<const Eigen::MatrixXd>& weights) override {
    if (order_.bounds.size() > 2) fit(weights);
    for (size_t m = 0; m < grids_.size(); ++m) layer_.set_grid(static_cast<int64_t>(m), group, grids_[m]);
    for (int64_t i = order_.bounds[group]; i < order_.bounds[group + 1]; ++i) {
      layer_.set_group_index(order_.column[i], group);
    }
  }

  void code_column(int64_t position, Eigen::Ref<Eigen::VectorXd> weights) override {
    const int64_t k = order_.column[position];
    for (int64_t m = 0; m < weights.size(); ++m) weights(m) = layer_.store(m, k, weights(m), grids_[m]);
  }

 private:
  void fit(const Eigen::Ref<const Eigen::MatrixXd>& weights) {
    const Eigen::VectorXd low = weights.rowwise().minCoeff(), high = weights.rowwise().maxCoeff();
    for (size_t m = 0; m < grids_.size(); ++m) grids_[m] = fit_grid(low(m), high(m), options_);
  }

  const ColumnOrder& order_;
  const QuantizeOptions& options_;
  UniformLayer& layer_;
  std::vector<UniformGrid> grids_;
};

// A grid per column and group of rows, taken from the updated column at its turn.
class ColumnGridCoder : public ColumnCoder {
 public:
  ColumnGridCoder(const ColumnOrder& order, int64_t group_rows, const QuantizeOptions& options,
                  UniformLayer* layer)
      : order_(order), group_rows_(group_rows), options_(options), layer_(*layer) {}

  void begin_group(int64_t, const Eigen::Ref<const Eigen::MatrixXd>&) override {}

  void code_column(int64_t position, Eigen::Ref<Eigen::VectorXd> weights) override {
    const int64_t k = order_.column[position];
    for (int64_t first = 0; first < weights.size(); first += group_rows_) {
      const auto group = weights.segment(first, group_rows_);
      const UniformGrid grid = fit_grid(group.minCoeff(), group.maxCoeff(), options_);
      layer_.set_grid(first / group_rows_, k, grid);
      for (int64_t m = first; m < first + group_rows_; ++m) weights(m) = layer_.store(m, k, weights(m), grid);
    }
  }

 private:
  const ColumnOrder& order_;
  int64_t group_rows_;
  const QuantizeOptions& options_;
  UniformLayer& layer_;
};

// GPTQ (Frantar et al., ICLR 2023): columns one after the other, each column's error fed to the columns after
// it.
class Gptq : public Quantizer {
 public:
  std::string_view summary() const override {
    return "GPTQ on a uniform grid, inputs in their own order unless told";
  }

  std::vector<std::string_view> options() const override {
    return {"act-order", "no-act-order", "group-size", "axis", "symmetric", "no-compensation"};
  }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    Encoding layout = uniform_encoding("gptq", shape, options, options.axis);
    if (options.axis == Axis::output && act_order(options)) {
      while (int64_t{1} << layout.group_index_bits < column_groups(layout, shape.K))
        ++layout.group_index_bits;
      if (layout.group_index_bits > kMaxGroupIndexBits) {
        throw InputError("gptq: --act-order with --group-size " + std::to_string(options.group_size) +
                         " gives layer '" + shape.name + "' " +
                         std::to_string(column_groups(layout, shape.K)) +
                         " groups; a group index ends at 65536: use larger groups");
      }
    }
    return layout;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    const DampedHessian hessian = damped_hessian(shape, calibration);
    const int64_t group_cols = options.axis == Axis::output ? layout.group_cols : shape.K;
    const ColumnOrder order =
        act_order(options) ? activation_order(hessian.H, group_cols) : natural_order(shape.K, group_cols);
    Eigen::MatrixXd feedback;
    if (options.compensation) feedback = feedback_matrix(shape, hessian.H, order);

    UniformLayer layer(shape, layout);
    RowGridCoder row_grids(W, order, options, &layer);
    ColumnGridCoder column_grids(order, layout.group_rows, options, &layer);
    ColumnCoder* coder = &row_grids;
    if (options.axis == Axis::input) coder = &column_grids;
    code_with_feedback(ordered_weights(W, hessian, order), feedback, order, coder);
    return layer.finish();
  }

 private:
  static bool act_order(const QuantizeOptions& options) {
    return options.act_order == QuantizeOptions::ActOrder::on;
  }
};

const Registration<Quantizer, Gptq> registration("gptq");

}  // namespace
}  // namespace eyeshift
