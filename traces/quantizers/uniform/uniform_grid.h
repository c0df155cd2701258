#pragma once

#include <cstdint>

namespace eyeshift {

// A uniform grid w' = scale (code - zero), codes 0 ... max_code, as RTN and GPTQ use it: docs/quantizers.md.
struct UniformGrid {
  float scale = 1;
  // What weights are divided by: the scale before rounding where rounding moved it by less than 2^-23 of
  // itself, so that ties, which a symmetric grid has at its largest weight, break as in exact arithmetic;
  // else the scale.
  double divisor = 1;
  int zero = 0;
  int max_code = 1;

  // The code nearest to w, half to even, clipped.
  uint8_t code(double w) const;
  // What a code decodes to, in single precision.
  double value(uint8_t code) const;
};

// The grid of a group whose smallest and largest weights are `low` and `high`: it covers zero, or is
// symmetric about it; an all-zero group takes [-1, 1]. bits: 2 ... 8. The scale is rounded to scale_bits
// before the zero point and any code are chosen. least_range: the grid spans at least that much, and an
// all-zero group no more (0: it takes [-1, 1]). Throws InputError where the scale overflows.
UniformGrid fit_uniform_grid(double low, double high, int bits, bool symmetric, int scale_bits,
                             double least_range = 0);

}  // namespace eyeshift
