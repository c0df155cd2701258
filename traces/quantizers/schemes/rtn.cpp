#include "traces/quantizers/uniform/rounding.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// Round to nearest, a grid per output or input channel, or per group of the other's.
class Rtn : public Quantizer {
 public:
  Rtn(std::string name, Axis axis) : name_(std::move(name)), axis_(axis) {}

  std::string_view summary() const override {
    return axis_ == Axis::output ? "round to nearest, a grid per output"
                                 : "round to nearest, a grid per input";
  }

  std::vector<std::string_view> options() const override { return {"group-size", "symmetric"}; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return uniform_encoding(name_, shape, options, axis_);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    return round_to_nearest(shape, layout, W);
  }

 private:
  const std::string name_;
  const Axis axis_;
};

struct RtnOc : Rtn {
  RtnOc() : Rtn("rtn-oc", Axis::output) {}
};
struct RtnIc : Rtn {
  RtnIc() : Rtn("rtn-ic", Axis::input) {}
};

const Registration<Quantizer, RtnOc> rtn_oc_registration("rtn-oc");
const Registration<Quantizer, RtnIc> rtn_ic_registration("rtn-ic");

}  // namespace
}  // namespace eyeshift
