#pragma once

#include <cstdint>
#include <vector>

#include "traces/format/layer.h"

namespace eyeshift::testing {

// What random weights, scales and inputs look like.
enum class Values {
  ordinary,  // about 1, nothing near the ends of half precision
  extreme,   // also zeros of both signs, subnormals, and powers of two that overflow or vanish
  integers,  // small integers whose products and sums, in any order, all fit 11 bits
};

// A layer whose tensors are random, padding bits included, as its shape and encoding allow. Equal arguments
// give equal layers.
Layer random_layer(const LayerShape& shape, const Encoding& encoding, Values values, uint32_t seed);

// Inputs [tokens, K], half-precision bits. Of integers, one of each token has the magnitude `largest`, 0:
// none has. With 127 int8 codes are the values themselves, with 1024 the sums of 64 small products fit the
// 16-bit fixed point that the largest input decides.
std::vector<uint16_t> random_inputs(int64_t tokens, int64_t K, Values values, int largest, uint32_t seed);

}  // namespace eyeshift::testing
