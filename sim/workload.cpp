#include "sim/workload.h"

#include "configs/reader/errors.h"

namespace eyeshift {
namespace {

constexpr char kOutputHead[] = "lm_head";

LayerKind kind_of(const LayerShape& shape) { return shape.conv ? LayerKind::convolution : LayerKind::linear; }

}  // namespace

Workload workload_of(const Trace& trace) {
  Workload workload{trace.network, trace.scheme, trace.bits, {}};
  for (const Layer& layer : trace.layers)
    workload.layers.push_back({layer.shape, layer.encoding, &layer, kind_of(layer.shape)});
  return workload;
}

Workload workload_of(const NetworkConfig& network, const std::string& scheme,
                     const QuantizeOptions& options) {
  const auto& quantizers = Registry<Quantizer>::instance();
  const Quantizer& quantizer = quantizers.find(scheme, "scheme");
  const Quantizer& half_precision = quantizers.find("fp16", "scheme");
  Workload workload{network.name, scheme, quantizer.fixed_bits().value_or(options.bits), {}};
  for (const LayerShape& shape : network.layers) {
    const Quantizer& of_layer = shape.name == kOutputHead ? half_precision : quantizer;
    workload.layers.push_back({shape, of_layer.encoding(shape, options), nullptr, kind_of(shape)});
  }
  workload.attention = network.attention;
  workload.norms = network.norms;
  return workload;
}

}  // namespace eyeshift
