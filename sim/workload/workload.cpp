#include "sim/workload/workload.h"

#include <tuple>

#include "base/errors.h"
#include "sim/workload/rotation_layers.h"

namespace eyeshift {
namespace {

// A network's output head and OPT-350M's layers between its tables and its blocks.
bool stays_half(const LayerShape& shape) {
  return shape.name == "lm_head" || shape.name == "project_in" || shape.name == "project_out";
}

// Adds the products of vectors of n elements with one factor: a square matrix, n / factor times a vector, in
// each of so many layers.
ProductStep add_factor(std::shared_ptr<const Layer> factor, int64_t n, int64_t count, Workload& workload) {
  WorkItem item;
  item.shape = factor->shape;
  item.shape.count = count;
  if (!factor->weight.empty()) item.layer = factor.get();
  item.vectors = n / factor->shape.K;
  workload.layers.push_back(std::move(item));
  workload.factors.push_back(std::move(factor));
  return {workload.layers.size() - 1};
}

void add_rotation(const RotationLayers& rotation, int64_t n, int64_t count, Workload& workload,
                  std::vector<ProductStep>& steps) {
  const int64_t q = rotation.right->shape.K, p = n / q;
  if (rotation.left != nullptr) {
    steps.push_back(add_factor(rotation.left, n, count, workload));
    steps.back().rows = p;
    steps.back().columns = q;
  }
  steps.push_back(add_factor(rotation.right, n, count, workload));
  if (rotation.left == nullptr) return;
  steps.back().rows = q;
  steps.back().columns = p;
}

void add_scaling(const LayerShape& shape, Workload& workload) {
  WorkItem scale;
  scale.shape = {shape.name + ".scale_inputs", 1, 1, shape.count};
  scale.encoding.scheme = "scale";
  scale.encoding.coding = Coding::none;
  scale.encoding.bits = 0;
  scale.kind = LayerKind::vector;
  scale.vectors = shape.K;
  workload.layers.push_back(std::move(scale));
}

// What computes the workload's last layer, which takes its inputs rotated.
std::vector<ProductStep> add_rotations(const Layer& layer, Workload& workload) {
  const size_t itself = workload.layers.size() - 1;
  const auto& [name, K, M, count] =
      std::tie(layer.shape.name, layer.shape.K, layer.shape.M, layer.shape.count);
  std::vector<ProductStep> steps;
  add_scaling(layer.shape, workload);
  add_rotation(rotation_layers(name + ".rotate_inputs", layer.rotate_inputs, K, false), K, count, workload,
               steps);
  steps.push_back({itself});
  add_rotation(rotation_layers(name + ".rotate_outputs", layer.rotate_outputs, M, true), M, count, workload,
               steps);
  return steps;
}

LayerKind kind_of(const LayerShape& shape) { return shape.conv ? LayerKind::convolution : LayerKind::linear; }

}  // namespace

Workload workload_of(const Trace& trace) {
  Workload workload{trace.network, trace.scheme, trace.bits, {}};
  for (const Layer& layer : trace.layers) {
    const size_t itself = workload.layers.size();
    workload.layers.push_back({layer.shape, layer.encoding, &layer, kind_of(layer.shape)});
    std::vector<ProductStep> steps(1);
    steps.front().item = itself;
    if (layer.encoding.inputs == InputForm::rotated) steps = add_rotations(layer, workload);
    workload.layers[itself].steps = std::move(steps);
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
    const Quantizer& of_layer = stays_half(shape) ? half_precision : quantizer;
    Layer layer;  // without tensors
    layer.shape = shape;
    layer.encoding = of_layer.encoding(shape, options);
    workload.layers.push_back({shape, layer.encoding, nullptr, kind_of(shape)});
    if (layer.encoding.inputs == InputForm::rotated) add_rotations(layer, workload);
  }
  workload.attention = network.attention;
  workload.norms = network.norms;
  return workload;
}

}  // namespace eyeshift
