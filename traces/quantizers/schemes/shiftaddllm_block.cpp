#include "traces/quantizers/binary/shiftaddllm.h"

namespace eyeshift {
namespace {

// ShiftAddLLM's block-wise ("Lat.") scheme: scales are shared by 8 inputs and an eighth of the outputs.
class ShiftAddLlmBlock : public Quantizer {
 public:
  std::string_view summary() const override {
    return "ShiftAddLLM, block-wise power-of-two scales; act-order, 50 cycles and 3 terms unless told";
  }

  std::vector<std::string_view> options() const override { return shiftaddllm_options(); }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return shiftaddllm_block_encoding("shiftaddllm-block", shape, options);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    return quantize_shiftaddllm(shape, encoding(shape, options), W, calibration, options);
  }
};

const Registration<Quantizer, ShiftAddLlmBlock> shiftaddllm_block_registration("shiftaddllm-block");

}  // namespace
}  // namespace eyeshift
