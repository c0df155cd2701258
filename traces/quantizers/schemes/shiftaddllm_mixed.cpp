#include "traces/quantizers/binary/shiftaddllm.h"

namespace eyeshift {
namespace {

// ShiftAddLLM with mixed bits: block-wise, every layer with bits of its own, which whoever has the network
// assigns.
class ShiftAddLlmMixed : public Quantizer {
 public:
  std::string_view summary() const override {
    return "ShiftAddLLM, block-wise, 2, 3 or 4 bits a layer by its sensitivity; --bits is their average";
  }

  std::vector<std::string_view> options() const override {
    std::vector<std::string_view> all = shiftaddllm_options();
    all.insert(all.end(), {"bits-per", "bit-costs", "budget", "bit-errors"});
    return all;
  }

  bool uses_calibration() const override { return true; }
  bool assigns_bits() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return shiftaddllm_block_encoding("shiftaddllm-mixed", shape, options);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    return quantize_shiftaddllm(shape, encoding(shape, options), W, calibration, options);
  }
};

const Registration<Quantizer, ShiftAddLlmMixed> shiftaddllm_mixed_registration("shiftaddllm-mixed");

}  // namespace
}  // namespace eyeshift
