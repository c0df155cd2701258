#include <algorithm>
#include <cmath>

#include "traces/quantizers/packing.h"
#include "traces/quantizers/quantizer.h"
#include "traces/quantizers/scale_rounding.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kLargest = 127;

// Symmetric 8-bit integers, one scale a row: the weights of W8A8 inference (LLM.int8(), Dettmers et al.,
// NeurIPS 2022).
class Int8 : public Quantizer {
 public:
  std::string_view summary() const override { return "8-bit integers, symmetric, a scale per output"; }

  std::optional<int> fixed_bits() const override { return 8; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    check_shape(shape);
    check_scale_bits(options.scale_bits);
    Encoding encoding;
    encoding.scheme = "int8";
    encoding.coding = Coding::int8;
    encoding.bits = 8;
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
    CodeMatrix codes(shape.M, shape.K);
    for (int64_t m = 0; m < shape.M; ++m) {
      const double largest = W.row(m).cwiseAbs().maxCoeff();
      const float scale = rounded_positive_scale((largest > 0 ? largest : 1) / kLargest, options.scale_bits);
      layer.scales.push_back(scale);
      for (int64_t k = 0; k < shape.K; ++k) {
        const double code = std::clamp<double>(std::nearbyint(W(m, k) / scale), -kLargest, kLargest);
        codes(m, k) = static_cast<uint8_t>(static_cast<int8_t>(code));
      }
    }
    layer.codes = packed_codes(codes, 8);
    return layer;
  }
};

const Registration<Quantizer, Int8> int8_registration("int8");

}  // namespace
}  // namespace eyeshift
