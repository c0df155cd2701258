#include <vector>

#include "configs/reader/errors.h"
#include "traces/quantizers/binary_fit.h"
#include "traces/quantizers/binary_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kDefaultCycles = 15;
constexpr int kKeyWeights = 8;

// Binary coding with real scales fitted to the weights alone (Xu et al., ICLR 2018): LUT-GEMM's weights (Park
// et al., ICLR 2024).
class Bcq : public Quantizer {
 public:
  std::string_view summary() const override {
    return "binary planes with real scales by alternating least squares, 15 cycles unless told";
  }

  std::vector<std::string_view> options() const override { return {"cycles", "group-size", "axis"}; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    check_range("bcq", "--bits", options.bits, 1, kMaxPlanes);
    check_range("bcq", "--cycles", options.cycles, 0, 1000000);
    check_scale_bits(options.scale_bits);
    Encoding encoding;
    encoding.scheme = "bcq";
    encoding.coding = Coding::binary;
    encoding.bits = options.bits;
    encoding.scale_bits = options.scale_bits;
    if (options.axis == Axis::input) {
      encoding.group_rows = checked_group(shape, options.group_size, shape.M, "M");
    } else {
      encoding.group_cols = checked_group(shape, options.group_size, shape.K, "K");
      if (encoding.group_cols < shape.K && encoding.group_cols % kKeyWeights != 0) {
        throw InputError("bcq: --group-size is " + std::to_string(options.group_size) +
                         "; it must be a multiple of 8, so that the 8 weights of a key share their scales");
      }
    }
    return encoding;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration&,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    BinaryFit fit;
    fit.planes = options.bits;
    fit.cycles = options.cycles > 0 ? options.cycles : kDefaultCycles;
    BinaryLayer layer(shape, layout);
    std::vector<double> values;
    for (int64_t m = 0; m < shape.M; m += layout.group_rows) {
      for (int64_t k = 0; k < shape.K; k += layout.group_cols) {
        const auto group = W.block(m, k, layout.group_rows, layout.group_cols);
        values.resize(static_cast<size_t>(group.size()));
        Eigen::Map<Eigen::VectorXd>(values.data(), group.size()) = group.reshaped();
        const BinaryLevels levels =
            layer.set_scales(m / layout.group_rows, k / layout.group_cols, fit_plane_scales(values, fit));
        for (int64_t i = 0; i < layout.group_rows; ++i) {
          for (int64_t j = 0; j < layout.group_cols; ++j) layer.store(m + i, k + j, group(i, j), levels);
        }
      }
    }
    return layer.finish();
  }
};

const Registration<Quantizer, Bcq> registration("bcq");

}  // namespace
}  // namespace eyeshift
