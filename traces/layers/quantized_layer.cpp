#include "traces/layers/quantized_layer.h"

#include <chrono>
#include <map>
#include <utility>

#include "base/errors.h"
#include "base/numbers/half.h"
#include "traces/decoders/operations.h"
#include "traces/layers/layer_errors.h"

namespace eyeshift {
namespace {

using Clock = std::chrono::steady_clock;

std::string shape_text(const LayerShape& shape) {
  return "[" + std::to_string(shape.M) + ", " + std::to_string(shape.K) + "]";
}

std::vector<uint16_t> half_weights(const LayerShape& shape, const Activations& W) {
  constexpr uint16_t kHalfInfinity = 0x7c00;
  std::vector<uint16_t> halves;
  halves.reserve(static_cast<size_t>(W.size()));
  for (Eigen::Index m = 0; m < W.rows(); ++m) {
    for (Eigen::Index k = 0; k < W.cols(); ++k) {
      halves.push_back(half_from_float(W(m, k)));
      if ((halves.back() & 0x7fff) >= kHalfInfinity)
        throw InputError("layer '" + shape.name + "': weight [" + std::to_string(m) + ", " +
                         std::to_string(k) + "] = " + std::to_string(W(m, k)) +
                         " is beyond half precision's 65504");
    }
  }
  return halves;
}

}  // namespace

Layer quantize_named(const Quantizer& quantizer, const LayerShape& shape, const Eigen::MatrixXd& W,
                     const Calibration& calibration, const QuantizeOptions& options) {
  try {
    return quantizer.quantize(shape, W, calibration, options);
  } catch (const InputError& error) {
    const std::string message = error.what();
    if (message.find("'" + shape.name + "'") != std::string::npos) throw;
    throw InputError("layer '" + shape.name + "': " + message);
  }
}

Layer quantize_layer(const Quantizer& quantizer, const LayerShape& shape, const Eigen::MatrixXd& W,
                     const Calibration& calibration, const QuantizeOptions& options) {
  const auto begin = Clock::now();
  Layer layer = quantize_named(quantizer, shape, W, calibration, options);
  layer.time_s = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!quantizer.chooses_layout() && layer.encoding != quantizer.encoding(shape, options))
    throw InternalError("layer '" + shape.name + "': scheme '" + layer.encoding.scheme +
                        "' announces another encoding than it gives");
  layer.shape = shape;
  measure_errors(layer, W, calibration.gram, options.threads);
  return layer;
}

void check_half_precision(const Linear& linear) { half_weights(linear.shape, *linear.weights.use()); }

Layer half_precision_layer(const LayerShape& shape, const Activations& W, const Calibration& calibration,
                           int threads) {
  Layer layer;
  layer.shape = shape;
  layer.weight = half_weights(shape, W);
  measure_errors(layer, W, calibration.gram, threads);
  return layer;
}

void set_weights(Linear& linear, std::shared_ptr<const Layer> layer) {
  const Layer& description = *layer;
  set_weights(linear, description, [layer = std::move(layer)] { return layer; });
}

void set_weights(Linear& linear, const Layer& description, ReadLayer read) {
  if (description.shape.K != linear.shape.K || description.shape.M != linear.shape.M)
    throw InputError("layer '" + description.shape.name + "' is " + shape_text(description.shape) +
                     " in the trace and " + shape_text(linear.shape) +
                     " in the network: the trace is another network's");
  linear.round_inputs = nullptr;
  if (description.encoding.coding == Coding::int8) linear.round_inputs = round_to_int8_per_token;
  linear.weights = Weights([read = std::move(read)] {
    const std::shared_ptr<const Layer> layer = read();
    const std::vector<float> weights = decode(*layer);
    return Activations(Eigen::Map<const Activations>(weights.data(), layer->shape.M, layer->shape.K));
  });
}

namespace {

// read: gives a layer of the trace by its index.
void apply_layers(Network& network, const Trace& description,
                  const std::function<std::shared_ptr<const Layer>(size_t)>& read) {
  std::map<std::string, size_t> by_name;
  for (size_t i = 0; i < description.layers.size(); ++i) by_name.emplace(description.layers[i].shape.name, i);
  for (Linear& linear : network.layers()) {
    const auto found = by_name.find(linear.shape.name);
    if (found == by_name.end())
      throw InputError("layer '" + linear.shape.name + "' of network '" + network.name() +
                       "' is not in the trace, which is of '" + description.network + "'");
    set_weights(linear, description.layers[found->second],
                [read, index = found->second] { return read(index); });
    by_name.erase(found);
  }
  if (!by_name.empty())
    throw InputError("the trace's layer '" + by_name.begin()->first + "' is not in network '" +
                     network.name() + "'");
}

}  // namespace

void apply_trace(Network& network, const Trace& trace) {
  std::vector<std::shared_ptr<const Layer>> layers;
  for (const Layer& layer : trace.layers) layers.push_back(std::make_shared<const Layer>(layer));
  apply_layers(network, trace, [layers = std::move(layers)](size_t index) { return layers[index]; });
}

void apply_trace(Network& network, const std::shared_ptr<const TraceFile>& file) {
  apply_layers(network, file->description(),
               [file](size_t index) { return std::make_shared<const Layer>(file->layer(index)); });
}

}  // namespace eyeshift
