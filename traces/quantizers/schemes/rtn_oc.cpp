#include "traces/quantizers/uniform/rounding.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// Round to nearest, a grid per output channel or per group of its inputs.
class RtnOc : public Quantizer {
 public:
  std::string_view summary() const override { return "round to nearest, a grid per output"; }

  std::vector<std::string_view> options() const override { return {"group-size", "symmetric"}; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return uniform_encoding("rtn-oc", shape, options, Axis::output);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    return round_to_nearest(shape, layout, W);
  }
};

const Registration<Quantizer, RtnOc> rtn_oc_registration("rtn-oc");

}  // namespace
}  // namespace eyeshift
