#include "traces/quantizers/shiftaddllm.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// ShiftAddLLM's column-wise ("Acc.") scheme: scales are shared by the outputs of one input.
class ShiftAddLlmColumn : public Quantizer {
 public:
  std::string_view summary() const override {
    return "ShiftAddLLM, column-wise power-of-two scales; act-order, 50 cycles and 3 terms unless told";
  }

  std::vector<std::string_view> options() const override { return shiftaddllm_options(); }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return shiftaddllm_encoding("shiftaddllm-column", options,
                                checked_group(shape, options.group_size, shape.M, "M"), 1);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    return quantize_shiftaddllm(shape, encoding(shape, options), W, calibration, options);
  }
};

const Registration<Quantizer, ShiftAddLlmColumn> registration("shiftaddllm-column");

}  // namespace
}  // namespace eyeshift
