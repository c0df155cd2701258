#include "traces/quantizers/uniform_grid.h"
#include "traces/quantizers/uniform_layer.h"
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
    UniformLayer layer(shape, layout);
    for (int64_t m = 0; m < shape.M; ++m) {
      for (int64_t first = 0; first < shape.K; first += layout.group_cols) {
        const auto group = W.row(m).segment(first, layout.group_cols);
        const UniformGrid grid = fit_uniform_grid(group.minCoeff(), group.maxCoeff(), options.bits,
                                                  options.symmetric, options.scale_bits);
        layer.set_grid(m, first / layout.group_cols, grid);
        for (int64_t k = first; k < first + layout.group_cols; ++k) layer.store(m, k, W(m, k), grid);
      }
    }
    return layer.finish();
  }
};

const Registration<Quantizer, RtnOc> registration("rtn-oc");

}  // namespace
}  // namespace eyeshift
