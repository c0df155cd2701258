#include "traces/run/quantize_matrix.h"

#include "base/errors.h"
#include "traces/layers/assign_bits.h"
#include "traces/layers/layer_errors.h"
#include "traces/layers/quantized_layer.h"
#include "traces/layers/sample.h"
#include "traces/tensor_io/npy.h"

namespace eyeshift {
namespace {

Eigen::MatrixXd read_inputs(const std::filesystem::path& path, int64_t K) {
  Eigen::MatrixXd X = read_npy_matrix(path);
  if (X.rows() != K)
    throw InputError(path.string() + ": inputs [" + std::to_string(X.rows()) + ", " +
                     std::to_string(X.cols()) + "] do not fit weights of " + std::to_string(K) +
                     " columns: give [K, tokens]");
  return X;
}

}  // namespace

Trace quantize_matrix(const std::filesystem::path& W, const std::filesystem::path& X,
                      const std::optional<std::filesystem::path>& X_test, const std::string& scheme,
                      const QuantizeOptions& options) {
  const Quantizer& quantizer = Registry<Quantizer>::instance().find(scheme, "scheme");
  const Eigen::MatrixXd weights = read_npy_matrix(W);
  const LayerShape shape{"weight", weights.cols(), weights.rows(), 1};
  const Eigen::MatrixXd inputs = read_inputs(X, shape.K);
  const Calibration calibration{inputs * inputs.transpose(), inputs.cols(),
                                inputs.cwiseAbs().rowwise().mean()};

  QuantizeOptions own = options;
  if (quantizer.assigns_bits())
    own.bits = assign_bits({sensitivity(quantizer, shape, weights, calibration, options)}, options).front();
  Layer layer = quantize_layer(quantizer, shape, weights, calibration, own);
  sample_inputs(layer, inputs.transpose().cast<float>());
  if (X_test) {
    const Eigen::MatrixXd test = read_inputs(*X_test, shape.K);
    layer.rel_out_test = relative_output_error(layer, weights, test * test.transpose());
  }

  Trace trace;
  trace.network = W.filename().string();
  trace.scheme = scheme;
  trace.bits = layer.encoding.bits;
  trace.calibration = X.filename().string();
  trace.layers.push_back(std::move(layer));
  return trace;
}

}  // namespace eyeshift
