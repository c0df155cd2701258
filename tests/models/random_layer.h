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

// Inputs [tokens, K], half-precision bits. Of integers, each token has a largest magnitude of 127 if
// `with_127`: inputs whose int8 codes are their values.
std::vector<uint16_t> random_inputs(int64_t tokens, int64_t K, Values values, bool with_127, uint32_t seed);

}  // namespace eyeshift::testing
