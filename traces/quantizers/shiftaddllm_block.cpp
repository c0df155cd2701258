#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include "configs/reader/errors.h"
#include "traces/format/integers.h"
#include "traces/quantizers/binary_fit.h"
#include "traces/quantizers/binary_layer.h"
#include "traces/quantizers/error_feedback.h"
#include "traces/quantizers/hessian.h"
#include "traces/quantizers/power_of_two.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kDefaultCycles = 50;
constexpr int64_t kBlockColumns = 8;
constexpr int64_t kRowGroups = 8;

// Fits the scales of 8 columns x group_rows rows on the updated weights when their first column is due; every
// column is then coded with them at its turn.
class BlockScaleCoder : public ColumnCoder {
 public:
  BlockScaleCoder(const ColumnOrder& order, int64_t group_rows, const BinaryFit& fit, BinaryLayer* layer)
      : order_(order), group_rows_(group_rows), fit_(fit), layer_(*layer) {}

  void begin_group(int64_t group, const Eigen::Ref<const Eigen::MatrixXd>& weights) override {
    const int64_t column_group = order_.column[order_.bounds[group]] / kBlockColumns;
    levels_.clear();
    std::vector<double> values;
    for (int64_t first = 0; first < weights.rows(); first += group_rows_) {
      const auto block = weights.middleRows(first, std::min(group_rows_, weights.rows() - first));
      values.resize(static_cast<size_t>(block.size()));
      Eigen::Map<Eigen::VectorXd>(values.data(), block.size()) = block.reshaped();
      levels_.push_back(layer_.set_scales(first / group_rows_, column_group, fit_plane_scales(values, fit_)));
    }
  }

  void code_column(int64_t position, Eigen::Ref<Eigen::VectorXd> weights) override {
    const int64_t k = order_.column[position];
    for (size_t group = 0; group < levels_.size(); ++group) {
      const int64_t first = static_cast<int64_t>(group) * group_rows_;
      const int64_t last = std::min(first + group_rows_, static_cast<int64_t>(weights.size()));
      for (int64_t m = first; m < last; ++m) weights(m) = layer_.store(m, k, weights(m), levels_[group]);
    }
  }

 private:
  const ColumnOrder& order_;
  int64_t group_rows_;
  const BinaryFit& fit_;
  BinaryLayer& layer_;
  std::vector<BinaryLevels> levels_;  // a row group each
};

void check_term_range(const LayerShape& shape, const Eigen::MatrixXd& W) {
  Eigen::Index m, k;
  if (W.cwiseAbs().maxCoeff(&m, &k) < std::ldexp(1.0, kMaxExponent - 1)) return;
  std::ostringstream message;
  message << "layer '" << shape.name << "': W[" << m << ", " << k << "] is " << W(m, k)
          << "; power-of-two scales need weights below 2^62, or --real-scales";
  throw InputError(message.str());
}

// ShiftAddLLM's block-wise ("Lat.") scheme (You et al., NeurIPS 2024): GPTQ's loop with binary planes whose
// scales, sums of signed powers of two, are shared by 8 inputs and an eighth of the outputs.
class ShiftAddLlmBlock : public Quantizer {
 public:
  std::string_view summary() const override {
    return "ShiftAddLLM, block-wise power-of-two scales; act-order, 50 cycles and 3 terms unless told";
  }

  std::vector<std::string_view> options() const override {
    return {"act-order",   "no-act-order", "cycles",         "pot-terms",
            "real-scales", "group-size",   "no-compensation"};
  }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    check_shape(shape);
    check_range("shiftaddllm-block", "--bits", options.bits, 1, kMaxPlanes);
    check_range("shiftaddllm-block", "--cycles", options.cycles, 0, 1000000);
    Encoding encoding;
    encoding.scheme = "shiftaddllm-block";
    encoding.coding = Coding::binary;
    encoding.bits = options.bits;
    encoding.group_rows = group_rows(shape, options.group_size);
    encoding.group_cols = kBlockColumns;
    if (options.real_scales) {
      check_scale_bits(options.scale_bits);
      encoding.scale_bits = options.scale_bits;
    } else {
      check_range("shiftaddllm-block", "--pot-terms", options.pot_terms, 1, kMaxTerms);
      encoding.scale_bits = 8;
      encoding.power_of_two = true;
      encoding.terms = options.pot_terms;
    }
    return encoding;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    if (layout.power_of_two) check_term_range(shape, W);
    const DampedHessian hessian = damped_hessian(shape, calibration);
    const bool act_order = options.act_order != QuantizeOptions::ActOrder::off;
    const ColumnOrder order =
        act_order ? block_activation_order(hessian.H, kBlockColumns) : natural_order(shape.K, kBlockColumns);
    Eigen::MatrixXd feedback;
    if (options.compensation) feedback = feedback_matrix(shape, hessian.H, order);

    BinaryFit fit;
    fit.planes = options.bits;
    fit.cycles = options.cycles > 0 ? options.cycles : kDefaultCycles;
    fit.pot_terms = layout.terms;
    BinaryLayer layer(shape, layout);
    BlockScaleCoder coder(order, layout.group_rows, fit, &layer);
    code_with_feedback(ordered_weights(W, hessian, order), feedback, order, &coder);
    return layer.finish();
  }

 private:
  // A group of group_size weights is 8 columns of group_size / 8 rows; by default a row group is an eighth of
  // the rows.
  static int64_t group_rows(const LayerShape& shape, int64_t group_size) {
    if (group_size == 0) return divide_up(shape.M, kRowGroups);
    if (group_size > 0 && group_size % kBlockColumns == 0 && shape.M % (group_size / kBlockColumns) == 0) {
      return group_size / kBlockColumns;
    }
    std::ostringstream message;
    message << "layer '" << shape.name << "': --group-size is " << group_size
            << "; shiftaddllm-block shares scales among 8 inputs and group size / 8 outputs: it must be a "
               "multiple of 8 "
            << "whose eighth divides M = " << shape.M;
    throw InputError(message.str());
  }
};

const Registration<Quantizer, ShiftAddLlmBlock> registration("shiftaddllm-block");

}  // namespace
}  // namespace eyeshift
