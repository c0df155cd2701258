#pragma once

#include <cstdint>
#include <vector>

#include "models/types/accelerator.h"
#include "tests/models/reference/unit_cases.h"
#include "traces/format/layer.h"

namespace eyeshift::testing {

// One output in float64, and how far a unit's output may lie from it.
struct Bounded {
  double exact = 0;      // decode(layer) times the inputs, in double precision
  double magnitude = 0;  // the sum of the magnitudes of all that the unit adds up
  double bound = 0;      // |output - exact| <= bound
};

// [tokens, M], or of a convolution [images, M, E, E]. The derivation is in the definition. Inputs [tokens, K]
// or [images, C, H, H] as half-precision bits; no value of layer or inputs may be so large that the unit
// overflows.
std::vector<Bounded> rounding_bounds(const UnitCase& unit_case, const AcceleratorConfig& accelerator,
                                     const Layer& layer, const std::vector<uint16_t>& inputs, int64_t tokens);

}  // namespace eyeshift::testing
