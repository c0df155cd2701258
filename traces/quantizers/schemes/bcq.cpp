#include "traces/quantizers/binary/binary_coding.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kDefaultCycles = 15;

// Binary coding with real scales fitted to the weights alone (Xu et al., ICLR 2018): LUT-GEMM's weights (Park
// et al., ICLR 2024).
class Bcq : public Quantizer {
 public:
  std::string_view summary() const override {
    return "binary planes with real scales by alternating least squares, 15 cycles unless told";
  }

  std::vector<std::string_view> options() const override { return {"cycles", "group-size", "axis"}; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    check_range("bcq", "--cycles", options.cycles, 0, 1000000);
    return binary_encoding("bcq", shape, options);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    return code_in_planes(shape, layout, W, options.cycles > 0 ? options.cycles : kDefaultCycles);
  }
};

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

const Registration<Quantizer, Bcq> bcq_registration("bcq");
const Registration<Quantizer, BcqGreedy> bcq_greedy_registration("bcq-greedy");

}  // namespace
}  // namespace eyeshift
