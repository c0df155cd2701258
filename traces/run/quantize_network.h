#pragma once

#include <functional>
#include <memory>
#include <string>

#include "traces/network/network.h"
#include "traces/quantizers/quantizer.h"
#include "traces/run/layer_store.h"
#include "traces/run/quantize_job.h"

namespace eyeshift {

// A layer that a run is done with. A scheme that assigns bits goes through all layers but the last twice: to
// measure their sensitivity, then to quantize them.
struct QuantizeStep {
  const LayerShape& shape;
  size_t index = 0;  // of the steps of the run
  size_t total = 0;
  double rel_out = 0;  // the layer's output error; NaN for a measured sensitivity
  bool is_sensitivity = false;
  bool is_kept = false;  // by an earlier run
};
using QuantizeProgress = std::function<void(const QuantizeStep&)>;

// Quantizes every linear layer of a network by a registered scheme, but lm_head and what else stays in half
// precision (scheme fp16). Returns the trace without the layers' tensors: those are in the store, which the
// network reads its quantized weights from.
//
// Layers are taken in the order in which they run, truly sequentially as GPTQ does it: a layer's calibration
// inputs are those that all the quantized layers before it produce, within its block too; layers that share
// inputs (q, k and v) are quantized at the same time. Inputs are kept for one stage only, of at most 128
// windows of 512 tokens (fewer tokens where the network has fewer positions, or the text) spread evenly over
// the calibration tokens, so that memory does not grow with the text; weights are in memory for one stage
// only. Of stages that the store holds already, only what they do to these inputs is computed, as far as
// later stages need it: an interrupted run that goes on ends in the same bytes.
//
// Every layer carries its errors and a sample of its inputs. The result does not depend on the number of
// threads (0: one a processor). Throws InputError for an unknown scheme, for options outside its range, where
// what stays in half precision is beyond it and for an empty text, before any other work.
Trace quantize_network(Network& network, const QuantizeJob& job, const std::shared_ptr<LayerStore>& store,
                       const QuantizeProgress& progress = {}, int threads = 0);

// The same in memory, with the layers' tensors in the trace.
Trace quantize_network(Network& network, const std::string& scheme, const QuantizeOptions& options,
                       const Tokens& calibration, const std::string& calibration_source,
                       const QuantizeProgress& progress = {}, int threads = 0);

// Calls visit for every layer that is quantized with its index, its weights [M, K] and its calibration, on
// inputs that the network with the weights that it has produces. Layers that share inputs are visited from
// several threads. Throws InputError for an empty text.
void visit_calibrated(
    const Network& network, const Tokens& calibration, int threads,
    const std::function<void(size_t layer, const Eigen::MatrixXd& W, const Calibration& inputs)>& visit);

}  // namespace eyeshift
