#include <algorithm>
#include <cmath>
#include <utility>

#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"
#include "traces/quantizers/feedback/incoherence.h"
#include "traces/quantizers/packing.h"
#include "traces/quantizers/scale_rounding.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr double kGridRms = 2.4;  // the grid reaches that many times the weights' root mean square

// One grid s (q - (2^b - 1) / 2) for all weights, rounding floor(x + 1/2).
class CentredGridCoder : public ColumnCoder {
 public:
  CentredGridCoder(const Eigen::MatrixXd& W, const ColumnOrder& order, const Encoding& layout)
      : order_(order), max_code_((1 << layout.bits) - 1), codes_(W.rows(), W.cols()) {
    const double rms = std::sqrt(W.squaredNorm() / static_cast<double>(W.size()));
    const double step = 2 * kGridRms * rms / max_code_;
    scale_ = step > 0 ? rounded_positive_scale(step, layout.scale_bits) : 0;
  }

  void begin_group(int64_t, int64_t, const Eigen::Ref<const Eigen::MatrixXd>&) override {}

  void code_column(int64_t position, int64_t first_row, Eigen::Ref<Eigen::VectorXd> weights) override {
    const double centre = max_code_ / 2.0, divisor = scale_ > 0 ? static_cast<double>(scale_) : 1;
    for (int64_t m = 0; m < weights.size(); ++m) {
      const double code = std::clamp(std::floor(weights(m) / divisor + centre + 0.5), 0.0, max_code_ * 1.0);
      codes_(first_row + m, order_.column[position]) = static_cast<uint8_t>(code);
      weights(m) = static_cast<double>(scale_) * (code - centre);
    }
  }

  // What lies beyond the grid is cut off before the errors are fed back (algorithm 1 of the paper).
  Eigen::MatrixXd clamped(const Eigen::MatrixXd& W) const {
    const double reach = static_cast<double>(scale_) * max_code_ / 2.0;
    return W.cwiseMax(-reach).cwiseMin(reach);
  }

  float scale() const { return scale_; }
  const CodeMatrix& codes() const { return codes_; }

 private:
  const ColumnOrder& order_;
  int max_code_;
  float scale_;
  CodeMatrix codes_;
};

// QuIP (Chee et al., NeurIPS 2023): incoherent weights on one grid, errors fed back from the last input to
// the first (LDLQ).
class Quip : public Quantizer {
 public:
  std::string_view summary() const override {
    return "QuIP: weights rotated at random, one grid a layer, errors fed back from the last input on";
  }

  std::vector<std::string_view> options() const override { return {"no-compensation", "seed"}; }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    QuantizeOptions symmetric = options;
    symmetric.symmetric = true;
    Encoding layout = uniform_encoding("quip", shape, symmetric, Axis::output);
    layout.group_rows = shape.M;
    layout.group_cols = shape.K;
    layout.centred = true;
    layout.inputs = InputForm::rotated;
    return layout;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    Layer layer;
    layer.shape = shape;
    layer.encoding = encoding(shape, options);
    check_weights(shape, W);
    const IncoherentLayer incoherent = make_incoherent(shape, W, calibration, options.seed);
    DampedHessian hessian = damped_hessian(shape, incoherent.calibration);
    ColumnOrder order = natural_order(shape.K, shape.K);
    std::reverse(order.column.begin(), order.column.end());
    Eigen::MatrixXd feedback;
    if (options.compensation) feedback = feedback_matrix(shape, std::move(hessian.H), order, options.threads);
    CentredGridCoder coder(incoherent.W, order, layer.encoding);
    code_with_feedback(coder.clamped(ordered_weights(incoherent.W, hessian, order)), feedback, order, &coder,
                       options.threads);
    layer.scales = {coder.scale()};
    layer.codes = packed_codes(coder.codes(), layer.encoding.bits);
    return with_rotations(std::move(layer), incoherent);
  }
};

const Registration<Quantizer, Quip> quip_registration("quip");

}  // namespace
}  // namespace eyeshift
