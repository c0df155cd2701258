#include "traces/quantizers/binary/binary_coding.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// BCQ's greedy start alone: each plane takes the signs and the mean magnitude of what the planes before it
// leave (Guo et al., CVPR 2017).
class BcqGreedy : public Quantizer {
 public:
  std::string_view summary() const override {
    return "binary planes with real scales, each plane fitted to what is left";
  }

  std::vector<std::string_view> options() const override { return {"group-size", "axis"}; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return binary_encoding("bcq-greedy", shape, options);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    return code_in_planes(shape, layout, W, 0);
  }
};

const Registration<Quantizer, BcqGreedy> bcq_greedy_registration("bcq-greedy");

}  // namespace
}  // namespace eyeshift
