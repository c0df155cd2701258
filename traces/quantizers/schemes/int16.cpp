#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/errors.h"
#include "base/numbers/bits.h"
#include "base/numbers/fixed_point.h"
#include "traces/quantizers/quantizer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kBits = 16;

// 16-bit fixed point, one power-of-two scale a layer: the number format of the Eyeriss chip (Chen et al.,
// JSSC 2017).
class Int16 : public Quantizer {
 public:
  std::string_view summary() const override { return "16-bit fixed point, one power-of-two scale a layer"; }

  std::optional<int> fixed_bits() const override { return kBits; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    check_shape(shape);
    check_scale_bits(options.scale_bits);
    Encoding encoding;
    encoding.scheme = "int16";
    encoding.coding = Coding::int16;
    encoding.bits = kBits;
    encoding.group_rows = shape.M;
    encoding.group_cols = shape.K;
    encoding.scale_bits = options.scale_bits;
    return encoding;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    Layer layer;
    layer.shape = shape;
    layer.encoding = encoding(shape, options);
    check_weights(shape, W);
    const int exponent = exponent_of(shape, W, options.scale_bits);
    layer.scales = {std::ldexp(1.0f, exponent)};
    const int64_t row_bytes = packed_bytes(shape.K, kBits);
    layer.codes.resize(static_cast<size_t>(shape.M * row_bytes));
    for (int64_t m = 0; m < shape.M; ++m)
      for (int64_t k = 0; k < shape.K; ++k)
        pack_code(layer.codes.data() + m * row_bytes, k, kBits,
                  static_cast<uint16_t>(fixed_point_code(W(m, k), exponent)));
    return layer;
  }

 private:
  static int exponent_of(const LayerShape& shape, const Eigen::MatrixXd& W, int scale_bits) {
    const double largest = W.cwiseAbs().maxCoeff();
    const int exponent = fixed_point_exponent(largest);
    const int most = most_fixed_point_exponent(scale_bits);
    if (exponent > most) {
      std::ostringstream message;
      message << "layer '" << shape.name << "': a weight of magnitude " << largest << " needs a scale of 2^"
              << exponent << "; scales of " << scale_bits << " bits end at 2^" << most << ": "
              << (scale_bits == 16 ? "use --scale-type f32, or " : "") << "check the weights for outliers";
      throw InputError(message.str());
    }
    return std::max(exponent, least_fixed_point_exponent(scale_bits));
  }
};

const Registration<Quantizer, Int16> int16_registration("int16");

}  // namespace
}  // namespace eyeshift
