#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/errors.h"
#include "traces/quantizers/binary/power_of_two.h"
#include "traces/quantizers/packing.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int64_t kBox = 16;  // weights that share an exponent, as published

// Microsoft floating point (Rouhani et al., NeurIPS 2020): the weights of a box share the exponent of the
// largest, each has a sign and a mantissa without a hidden bit.
class Msfp : public Quantizer {
 public:
  std::string_view summary() const override {
    return "sign and mantissa a weight, an 8-bit exponent for every 16 inputs of an output unless told";
  }

  std::vector<std::string_view> options() const override { return {"group-size"}; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    check_range("msfp", "--bits", options.bits, 2, 8);
    Encoding layout;
    layout.scheme = "msfp";
    layout.coding = Coding::uniform;
    layout.bits = options.bits;
    layout.group_cols = options.group_size == 0 ? std::min(kBox, checked_group(shape, 0, shape.K, "K"))
                                                : checked_group(shape, options.group_size, shape.K, "K");
    layout.scale_bits = 8;
    layout.power_of_two = true;
    layout.terms = 1;
    return layout;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    Layer layer;
    layer.shape = shape;
    layer.encoding = encoding(shape, options);
    check_weights(shape, W);
    const int64_t g = layer.encoding.group_cols;
    const int zero = 1 << (options.bits - 1);
    CodeMatrix codes(shape.M, shape.K);
    for (int64_t m = 0; m < shape.M; ++m) {
      for (int64_t k = 0; k < shape.K; k += g) {
        const auto box = W.row(m).segment(k, std::min(g, shape.K - k));
        const float scale = scale_of(shape, box.cwiseAbs().maxCoeff(), options.bits);
        layer.scales.push_back(scale);
        for (int64_t i = 0; i < box.size(); ++i) {
          const double mantissa = scale > 0 ? std::nearbyint(box(i) / static_cast<double>(scale)) : 0;
          codes(m, k + i) = static_cast<uint8_t>(std::clamp(mantissa, 1.0 - zero, zero - 1.0) + zero);
        }
      }
    }
    layer.codes = packed_codes(codes, options.bits);
    return layer;
  }

 private:
  // The value of the mantissas' last place in a box whose largest magnitude is `largest`; 0 for a box of
  // zeros and for one below the least exponent.
  static float scale_of(const LayerShape& shape, double largest, int bits) {
    if (largest == 0) return 0;
    const int exponent = std::ilogb(largest) - (bits - 2);
    if (exponent > kMaxExponent) {
      std::ostringstream message;
      message << "layer '" << shape.name << "': a weight of magnitude " << largest
              << " needs a shared exponent of " << exponent << "; they end at " << kMaxExponent;
      throw InputError(message.str());
    }
    return exponent < kMinExponent ? 0 : std::ldexp(1.0f, exponent);
  }
};

const Registration<Quantizer, Msfp> msfp_registration("msfp");

}  // namespace
}  // namespace eyeshift
