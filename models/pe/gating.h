#pragma once

#include <cstdint>

#include "models/pe/unit.h"
#include "models/types/result.h"
#include "traces/format/layer.h"

namespace eyeshift {

// Weight-input pairs of a layer on `tokens` tokens (linear) or images (convolution), K M positions() tokens
// of them, by what the input is.
struct InputPairs {
  int64_t real = 0;    // a stored input, which may be zero
  int64_t border = 0;  // a pixel of a convolution's padding: always zero
};
InputPairs input_pairs(const LayerShape& shape, int64_t tokens);

// Pairs whose input is zero: all of the border and shape.zero_fraction of the real ones, rounded. The
// fraction is taken as that of the pairs, as if zeros lay evenly over pixels that are used equally often.
int64_t zero_pairs(const LayerShape& shape, int64_t tokens);

// Takes out of a layer's counts what its unit spares on zero inputs: of every action in unit.gated_actions()
// the share of pairs whose input is zero, padding of K included, and sets gated_macs to the number of those
// pairs. Cycles stay: gating saves energy, never time. The machine counts as if nothing were gated, since it
// knows no values, so this comes after its checks. A unit that gates nothing leaves the result as it is.
void gate_zero_inputs(const LayerShape& shape, int64_t tokens, const Unit& unit, LayerResult& result);

}  // namespace eyeshift
