#pragma once

#include <cstdint>
#include <vector>

#include "traces/format/layer.h"

namespace eyeshift {

// Values [count] of inputs [tokens, K] as half-precision bits, in the form in which a layer's products begin:
// - plain: rounded.
// - scaled: divided by the layer's input scales, as the operation before leaves them; rounded once.
// - rotated: rounded, and multiplied by the scale's inverse in a half-precision lane, which is what
//   LAYER.scale_inputs counts: the inverse and the product are rounded; in the rotation's order. The
//   rotations are products of their own (ProductStep).
// All saturate at 65504.
std::vector<uint16_t> formed_inputs(const Layer& layer, const float* values, int64_t count);

// What the layer's last product leaves, [tokens, M], in the order of its outputs.
std::vector<uint16_t> ordered_outputs(const Layer& layer, std::vector<uint16_t> values);

}  // namespace eyeshift
