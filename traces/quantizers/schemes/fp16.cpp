#include <cmath>
#include <sstream>

#include "base/errors.h"
#include "base/numbers/half.h"
#include "traces/quantizers/quantizer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// Weights rounded to half precision.
class Fp16 : public Quantizer {
 public:
  std::string_view summary() const override { return "half-precision weights, the baseline"; }

  std::optional<int> fixed_bits() const override { return 16; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions&) const override {
    check_shape(shape);
    return {};
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    check_weights(shape, W);
    Layer layer;
    layer.shape = shape;
    layer.encoding = encoding(shape, options);
    layer.weight.reserve(static_cast<size_t>(W.size()));
    for (int64_t m = 0; m < shape.M; ++m) {
      for (int64_t k = 0; k < shape.K; ++k) {
        const uint16_t half = half_from_float(static_cast<float>(W(m, k)));
        if (!std::isfinite(float_from_half(half))) {
          std::ostringstream message;
          message << "layer '" << shape.name << "': W[" << m << ", " << k << "] is " << W(m, k)
                  << "; half precision ends at 65504";
          throw InputError(message.str());
        }
        layer.weight.push_back(half);
      }
    }
    return layer;
  }
};

const Registration<Quantizer, Fp16> fp16_registration("fp16");

}  // namespace
}  // namespace eyeshift
