#include "traces/quantizers/binary/shiftaddllm.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "base/errors.h"
#include "base/integers.h"
#include "traces/quantizers/binary/binary_fit.h"
#include "traces/quantizers/binary/binary_layer.h"
#include "traces/quantizers/binary/power_of_two.h"
#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kDefaultCycles = 50;
constexpr int64_t kBlockColumns = 8, kBlockRowGroups = 8;  // of a block-wise scheme

// Fits the scales of group_cols columns x group_rows rows on the updated weights when their first column is
// due; every column is then coded with them at its turn.
class GroupScaleCoder : public ColumnCoder {
 public:
  GroupScaleCoder(int64_t rows, const ColumnOrder& order, const Encoding& layout, const BinaryFit& fit,
                  BinaryLayer* layer)
      : order_(order),
        layout_(layout),
        fit_(fit),
        layer_(*layer),
        levels_(static_cast<size_t>(row_groups(layout, rows))) {}

  int64_t rows_together() const override { return layout_.group_rows; }

  void begin_group(int64_t group, int64_t first_row,
                   const Eigen::Ref<const Eigen::MatrixXd>& weights) override {
    const int64_t column_group = order_.column[order_.bounds[group]] / layout_.group_cols;
    for (int64_t first = 0; first < weights.rows(); first += layout_.group_rows) {
      const int64_t row_group = (first_row + first) / layout_.group_rows;
      const auto block = weights.middleRows(first, std::min(layout_.group_rows, weights.rows() - first));
      std::vector<double> values(static_cast<size_t>(block.size()));
      Eigen::Map<Eigen::VectorXd>(values.data(), block.size()) = block.reshaped();
      levels_[row_group] = layer_.set_scales(row_group, column_group, fit_plane_scales(values, fit_));
    }
  }

  void code_column(int64_t position, int64_t first_row, Eigen::Ref<Eigen::VectorXd> weights) override {
    const int64_t k = order_.column[position];
    for (int64_t first = 0; first < weights.size(); first += layout_.group_rows) {
      const BinaryLevels& levels = levels_[(first_row + first) / layout_.group_rows];
      const int64_t last = std::min(first + layout_.group_rows, weights.size());
      for (int64_t i = first; i < last; ++i) weights(i) = layer_.store(first_row + i, k, weights(i), levels);
    }
  }

 private:
  const ColumnOrder& order_;
  const Encoding& layout_;
  const BinaryFit& fit_;
  BinaryLayer& layer_;
  std::vector<BinaryLevels> levels_;  // by row group, of the column group that its rows are in
};

void check_term_range(const LayerShape& shape, const Eigen::MatrixXd& W) {
  Eigen::Index m, k;
  if (W.cwiseAbs().maxCoeff(&m, &k) < std::ldexp(1.0, kMaxExponent - 1)) return;
  std::ostringstream message;
  message << "layer '" << shape.name << "': W[" << m << ", " << k << "] is " << W(m, k)
          << "; power-of-two scales need weights below 2^62, or --real-scales";
  throw InputError(message.str());
}

// The outputs that share a scale in a block-wise scheme.
int64_t block_rows(const std::string& scheme, const LayerShape& shape, int64_t group_size) {
  if (group_size == 0) return divide_up(shape.M, kBlockRowGroups);
  if (group_size > 0 && group_size % kBlockColumns == 0 && shape.M % (group_size / kBlockColumns) == 0)
    return group_size / kBlockColumns;
  std::ostringstream message;
  message << "layer '" << shape.name << "': --group-size is " << group_size << "; " << scheme
          << " shares scales among 8 inputs and group size / 8 outputs: it must be a multiple of 8 whose "
             "eighth divides M = "
          << shape.M;
  throw InputError(message.str());
}

}  // namespace

std::vector<std::string_view> shiftaddllm_options() {
  return {"act-order", "no-act-order", "cycles", "pot-terms", "real-scales", "group-size", "no-compensation"};
}

Encoding shiftaddllm_encoding(const std::string& scheme, const QuantizeOptions& options, int64_t group_rows,
                              int64_t group_cols) {
  check_range(scheme, "--bits", options.bits, 1, kMaxPlanes);
  check_range(scheme, "--cycles", options.cycles, 0, 1000000);
  Encoding encoding;
  encoding.scheme = scheme;
  encoding.coding = Coding::binary;
  encoding.bits = options.bits;
  encoding.group_rows = group_rows;
  encoding.group_cols = group_cols;
  if (options.real_scales) {
    check_scale_bits(options.scale_bits);
    encoding.scale_bits = options.scale_bits;
  } else {
    check_range(scheme, "--pot-terms", options.pot_terms, 1, kMaxTerms);
    encoding.scale_bits = 8;
    encoding.power_of_two = true;
    encoding.terms = options.pot_terms;
  }
  return encoding;
}

Encoding shiftaddllm_block_encoding(const std::string& scheme, const LayerShape& shape,
                                    const QuantizeOptions& options) {
  check_shape(shape);
  return shiftaddllm_encoding(scheme, options, block_rows(scheme, shape, options.group_size), kBlockColumns);
}

Layer quantize_shiftaddllm(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W,
                           const Calibration& calibration, const QuantizeOptions& options) {
  check_weights(shape, W);
  if (layout.power_of_two) check_term_range(shape, W);
  DampedHessian hessian = damped_hessian(shape, calibration);
  const bool act_order = options.act_order != QuantizeOptions::ActOrder::off;
  const ColumnOrder order = act_order ? block_activation_order(hessian.H, layout.group_cols)
                                      : natural_order(shape.K, layout.group_cols);
  Eigen::MatrixXd feedback;
  if (options.compensation) feedback = feedback_matrix(shape, std::move(hessian.H), order, options.threads);

  const BinaryFit fit{layout.bits, options.cycles > 0 ? options.cycles : kDefaultCycles, layout.terms};
  BinaryLayer layer(shape, layout);
  GroupScaleCoder coder(shape.M, order, layout, fit, &layer);
  code_with_feedback(ordered_weights(W, hessian, order), feedback, order, &coder, options.threads);
  return layer.finish();
}

}  // namespace eyeshift
