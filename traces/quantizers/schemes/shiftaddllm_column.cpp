#include "traces/quantizers/binary/shiftaddllm.h"
#include "traces/quantizers/feedback/incoherence.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// ShiftAddLLM's column-wise ("Acc.") scheme: scales are shared by the outputs of one input. With incoherence
// it is what the released code runs.
class ShiftAddLlmColumn : public Quantizer {
 public:
  std::string_view summary() const override {
    return "ShiftAddLLM, column-wise power-of-two scales; act-order, 50 cycles and 3 terms unless told";
  }

  std::vector<std::string_view> options() const override {
    std::vector<std::string_view> all = shiftaddllm_options();
    all.insert(all.end(), {"incoherence", "seed"});
    return all;
  }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    Encoding layout = shiftaddllm_encoding("shiftaddllm-column", options,
                                           checked_group(shape, options.group_size, shape.M, "M"), 1);
    if (options.incoherence) layout.inputs = InputForm::rotated;
    return layout;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    Encoding layout = encoding(shape, options);
    if (!options.incoherence) return quantize_shiftaddllm(shape, layout, W, calibration, options);
    layout.inputs = InputForm::plain;
    check_weights(shape, W);
    const IncoherentLayer incoherent = make_incoherent(shape, W, calibration, options.seed);
    return with_rotations(quantize_shiftaddllm(shape, layout, incoherent.W, incoherent.calibration, options),
                          incoherent);
  }
};

const Registration<Quantizer, ShiftAddLlmColumn> shiftaddllm_column_registration("shiftaddllm-column");

}  // namespace
}  // namespace eyeshift
