#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "configs/loaders/network_reader.h"
#include "sim/workload/layer_kind.h"
#include "traces/format/layer.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// One of the products that compute a layer. The first takes the layer's formed_inputs(), each further one
// the outputs of the one before, the last gives the layer's outputs.
struct ProductStep {
  size_t item = 0;   // of the workload
  int64_t rows = 0;  // above 0: what comes in is matrices [rows, columns], transposed first
  int64_t columns = 0;
};

// A layer to simulate: its shape and encoding, and its tensors where there are weights.
struct WorkItem {
  LayerShape shape;
  Encoding encoding;
  const Layer* layer = nullptr;
  LayerKind kind = LayerKind::linear;
  int64_t tokens = 0;                   // of this layer, where they differ from the run's; else 0
  int64_t vectors = 1;                  // input vectors of the layer for each token of the run
  std::vector<ProductStep> steps = {};  // of a trace's layer: what computes it, itself included
};

// A network to simulate.
struct Workload {
  std::string network;
  std::string scheme;
  int bits = 0;
  std::vector<WorkItem> layers;
  std::optional<AttentionShape> attention = std::nullopt;  // where it is known
  std::vector<NormShape> norms = {};
  std::vector<std::shared_ptr<const Layer>> factors = {};  // of rotations
  std::vector<std::string> left_out = {};                  // layers that are not to be simulated
};

// The layers of a trace, which must outlive the workload. A layer that takes its inputs rotated, here and in
// the workload of shapes below, is followed by what that costs, in half precision: LAYER.scale_inputs, and
// LAYER.rotate_inputs and .rotate_outputs, the products with the two factors of each rotation (.left,
// .right).
Workload workload_of(const Trace& trace);

// Layers without weights, coded as a scheme codes their shapes; those named lm_head, project_in and
// project_out stay in half precision, as they do where a checkpoint is quantized. Throws InputError where the
// scheme is unknown or cannot code a layer with these options.
Workload workload_of(const NetworkConfig& network, const std::string& scheme, const QuantizeOptions& options);

}  // namespace eyeshift
