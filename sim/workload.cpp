#include "sim/workload.h"

#include "configs/reader/errors.h"

namespace eyeshift {
namespace {

constexpr char kOutputHead[] = "lm_head";

// The product of every vector of n = p q elements with one factor: a [factor, factor] matrix, n / factor
// times a vector.
void add_factor(const std::string& name, int64_t factor, int64_t n, Workload& workload) {
  if (factor == 1) return;
  WorkItem item;
  item.shape.name = name;
  item.shape.K = item.shape.M = factor;
  item.vectors = n / factor;
  workload.layers.push_back(std::move(item));
}

void add_rotation(const std::string& name, int64_t n, Workload& workload) {
  const auto [left, right] = rotation_factors(n);
  add_factor(name + ".left", left, n, workload);
  add_factor(name + ".right", right, n, workload);
}

void add_rotations(const LayerShape& shape, Workload& workload) {
  WorkItem scale;
  scale.shape = {shape.name + ".scale_inputs", 1, 1, 1};
  scale.encoding.scheme = "scale";
  scale.encoding.coding = Coding::none;
  scale.encoding.bits = 0;
  scale.kind = LayerKind::vector;
  scale.vectors = shape.K;
  workload.layers.push_back(std::move(scale));
  add_rotation(shape.name + ".rotate_inputs", shape.K, workload);
  add_rotation(shape.name + ".rotate_outputs", shape.M, workload);
}

LayerKind kind_of(const LayerShape& shape) { return shape.conv ? LayerKind::convolution : LayerKind::linear; }

}  // namespace

Workload workload_of(const Trace& trace) {
  Workload workload{trace.network, trace.scheme, trace.bits, {}};
  for (const Layer& layer : trace.layers) {
    workload.layers.push_back({layer.shape, layer.encoding, &layer, kind_of(layer.shape)});
    if (layer.encoding.inputs == InputForm::rotated) add_rotations(layer.shape, workload);
  }
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
