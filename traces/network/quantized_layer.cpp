#include "traces/network/quantized_layer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "configs/reader/errors.h"
#include "traces/format/half.h"
#include "traces/network/operations.h"
#include "traces/quantizers/decoded_matrix.h"
#include "traces/quantizers/output_error.h"

namespace eyeshift {
namespace {

using Clock = std::chrono::steady_clock;

void measure(Layer& layer, const Eigen::MatrixXd& W, const Calibration& calibration) {
  const Eigen::MatrixXd decoded = decoded_matrix(layer);
  layer.rel_out = output_error(W, decoded, calibration.gram);
  layer.w_err = (W - decoded).squaredNorm();
}

std::string shape_text(const LayerShape& shape) {
  return "[" + std::to_string(shape.M) + ", " + std::to_string(shape.K) + "]";
}

}  // namespace

Layer quantize_layer(const Quantizer& quantizer, const LayerShape& shape, const Eigen::MatrixXd& W,
                     const Calibration& calibration, const QuantizeOptions& options) {
  const auto begin = Clock::now();
  Layer layer = quantizer.quantize(shape, W, calibration, options);
  layer.time_s = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!quantizer.chooses_layout() && layer.encoding != quantizer.encoding(shape, options))
    throw InternalError("layer '" + shape.name + "': scheme '" + layer.encoding.scheme +
                        "' announces another encoding than it gives");
  layer.shape = shape;
  measure(layer, W, calibration);
  return layer;
}

Layer half_precision_layer(const LayerShape& shape, const Eigen::MatrixXd& W,
                           const Calibration& calibration) {
  constexpr uint16_t kInfinity = 0x7c00;
  Layer layer;
  layer.shape = shape;
  layer.weight.reserve(static_cast<size_t>(W.size()));
  for (Eigen::Index m = 0; m < W.rows(); ++m) {
    for (Eigen::Index k = 0; k < W.cols(); ++k) {
      layer.weight.push_back(half_from_float(static_cast<float>(W(m, k))));
      if ((layer.weight.back() & 0x7fff) >= kInfinity)
        throw InputError("layer '" + shape.name + "': weight [" + std::to_string(m) + ", " +
                         std::to_string(k) + "] = " + std::to_string(W(m, k)) +
                         " is beyond half precision's 65504");
    }
  }
  measure(layer, W, calibration);
  return layer;
}

double output_error(const Eigen::MatrixXd& W, const Eigen::MatrixXd& Wq, const Eigen::MatrixXd& gram) {
  const double error = squared_output(W - Wq, gram), norm = squared_output(W, gram);
  if (norm > 0) return error / norm;
  return error > 0 ? std::numeric_limits<double>::quiet_NaN() : 0.0;
}

void set_weights(Linear& linear, std::shared_ptr<const Layer> layer) {
  if (layer->shape.K != linear.shape.K || layer->shape.M != linear.shape.M)
    throw InputError("layer '" + layer->shape.name + "' is " + shape_text(layer->shape) +
                     " in the trace and " + shape_text(linear.shape) +
                     " in the network: the trace is another network's");
  linear.round_inputs = nullptr;
  if (layer->encoding.coding == Coding::int8) linear.round_inputs = round_to_int8_per_token;
  linear.weights = Weights([layer = std::move(layer)] {
    const std::vector<float> weights = decode(*layer);
    return Activations(Eigen::Map<const Activations>(weights.data(), layer->shape.M, layer->shape.K));
  });
}

void apply_trace(Network& network, const Trace& trace) {
  std::map<std::string, const Layer*> by_name;
  for (const Layer& layer : trace.layers) by_name.emplace(layer.shape.name, &layer);
  for (Linear& linear : network.layers()) {
    const auto layer = by_name.find(linear.shape.name);
    if (layer == by_name.end())
      throw InputError("layer '" + linear.shape.name + "' of network '" + network.name() +
                       "' is not in the trace, which is of '" + trace.network + "'");
    set_weights(linear, std::make_shared<const Layer>(*layer->second));
    by_name.erase(layer);
  }
  if (!by_name.empty())
    throw InputError("the trace's layer '" + by_name.begin()->first + "' is not in network '" +
                     network.name() + "'");
}

}  // namespace eyeshift
