#pragma once

#include <cstdint>
#include <vector>

#include "traces/format/layer.h"

namespace eyeshift::testing {

// A layer's product in 64-bit integers: [tokens, M], or of a convolution [images, M, E, E]. Inputs [tokens,
// K] or [images, C, H, H], half-precision bits; they and the weights that the layer stands for are integers.
std::vector<int64_t> exact_product(const Layer& layer, const std::vector<uint16_t>& inputs, int64_t tokens);

}  // namespace eyeshift::testing
