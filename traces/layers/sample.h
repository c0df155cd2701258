#pragma once

#include "traces/format/layer.h"
#include "traces/network/network.h"

namespace eyeshift {

// Stores a sample of at most 8 tokens of the inputs [tokens, K], spread evenly over them, as the layer's x
// [K, tokens] in half precision; beyond its range at its largest.
void sample_inputs(Layer& layer, const Activations& inputs);

}  // namespace eyeshift
