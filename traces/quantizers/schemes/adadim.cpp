#include "traces/quantizers/uniform/adadim.h"

#include <utility>

#include "traces/quantizers/decoded_matrix.h"
#include "traces/quantizers/uniform/rounding.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {

AdadimChoice choose_dimension(const std::string& scheme, const LayerShape& shape, const Eigen::MatrixXd& W,
                              const Calibration& calibration, const QuantizeOptions& options) {
  const auto error_of = [&](const Layer& layer) {
    const Eigen::MatrixXd Wq = decoded_matrix(layer);
    return calibration.output_error ? calibration.output_error(Wq) : squared_output(W - Wq, calibration.gram);
  };
  const auto rounded = [&](Axis axis) {
    return round_to_nearest(shape, uniform_encoding(scheme, shape, options, axis), W, kAwqLeastRange);
  };
  Layer by_output = rounded(Axis::output), by_input = rounded(Axis::input);
  if (error_of(by_input) < error_of(by_output)) return {Axis::input, std::move(by_input)};
  return {Axis::output, std::move(by_output)};
}

namespace {

// AdaDim on rounding to nearest: each layer takes scales per output or per input, whichever leaves the
// smaller output error.
class Adadim : public Quantizer {
 public:
  std::string_view summary() const override {
    return "round to nearest, a grid per output or per input, the better one of each layer";
  }

  std::vector<std::string_view> options() const override { return {"group-size"}; }

  bool uses_calibration() const override { return true; }
  bool chooses_layout() const override { return true; }
  bool compares_outputs() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return uniform_encoding("adadim", shape, options, Axis::output);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    check_weights(shape, W);
    check_calibration(shape, calibration);
    return choose_dimension("adadim", shape, W, calibration, options).layer;
  }
};

const Registration<Quantizer, Adadim> adadim_registration("adadim");

}  // namespace
}  // namespace eyeshift
