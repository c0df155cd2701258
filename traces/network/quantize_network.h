#pragma once

#include <functional>
#include <string>

#include "traces/network/network.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// Called after each layer, in the network's order: the quantized layer, its index, the number of layers.
using QuantizeProgress = std::function<void(const Layer& layer, size_t index, size_t total)>;

// Quantizes every linear layer of a network by a registered scheme, but lm_head, which stays in half
// precision (scheme fp16). The network keeps the quantized weights.
//
// Layers are taken in the order in which they run, truly sequentially as GPTQ does it: a layer's calibration
// inputs are those that all the quantized layers before it produce, within its block too; layers that share
// inputs (q, k and v) are quantized at the same time. Inputs are kept for one stage only, of at most 128
// windows of 512 tokens (fewer tokens where the network has fewer positions, or the text) spread evenly over
// the calibration tokens, so that memory does not grow with the text. calibration_source: where the tokens
// came from, for the trace.
//
// Every layer carries its errors and a sample of its inputs. The result does not depend on the number of
// threads (0: one a processor). Throws InputError for an unknown scheme, for options outside its range and
// for an empty text.
Trace quantize_network(Network& network, const std::string& scheme, const QuantizeOptions& options,
                       const Tokens& calibration, const std::string& calibration_source,
                       const QuantizeProgress& progress = {}, int threads = 0);

}  // namespace eyeshift
