#include "traces/quantizers/feedback/gptq_coding.h"
#include "traces/quantizers/uniform/adadim.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// GPTQ with AdaDim's choice (Heo et al., ICLR 2024), made by the error of rounding to nearest; per output
// with act-order and static groups, per input with act-order and each column's grid from the column at its
// turn.
class GptqAdadim : public Quantizer {
 public:
  std::string_view summary() const override {
    return "GPTQ with act-order, a grid per output or per input, the better one of each layer";
  }

  std::vector<std::string_view> options() const override { return {"group-size", "no-compensation"}; }

  bool uses_calibration() const override { return true; }
  bool chooses_layout() const override { return true; }
  bool compares_outputs() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return uniform_encoding("gptq-adadim", shape, options, Axis::output);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    check_weights(shape, W);
    check_calibration(shape, calibration);
    const AdadimChoice choice = choose_dimension("gptq-adadim", shape, W, calibration, options);
    const GridSource source = choice.axis == Axis::input ? GridSource::column : GridSource::original;
    return quantize_gptq(shape, choice.layer.encoding, W, calibration, true, options.compensation, source,
                         options.threads);
  }
};

const Registration<Quantizer, GptqAdadim> gptq_adadim_registration("gptq-adadim");

}  // namespace
}  // namespace eyeshift
