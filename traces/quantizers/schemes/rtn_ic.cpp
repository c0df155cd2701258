#include "traces/quantizers/uniform/rounding.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// Round to nearest, a grid per input channel or per group of its outputs.
class RtnIc : public Quantizer {
 public:
  std::string_view summary() const override { return "round to nearest, a grid per input"; }

  std::vector<std::string_view> options() const override { return {"group-size", "symmetric"}; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return uniform_encoding("rtn-ic", shape, options, Axis::input);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    return round_to_nearest(shape, layout, W);
  }
};

const Registration<Quantizer, RtnIc> rtn_ic_registration("rtn-ic");

}  // namespace
}  // namespace eyeshift
