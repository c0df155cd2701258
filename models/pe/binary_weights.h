#pragma once

#include <array>

#include "models/pe/arithmetic.h"

namespace eyeshift {

// What the units for binary weights share: keys, power-of-two terms, and alpha x by exponent adds.

// The 8-bit key of an output and plane in one group of 8 inputs (granule 8).
inline unsigned key_of(const PeValues& pe, int group, int output, int plane) {
  const int planes = pe.encoding->bits;
  const int64_t index = (int64_t{group} * pe.tile.outputs + output) * planes + plane;
  return static_cast<unsigned>(pe.bits(Content::weights, 8 * index, 8));
}

// A power-of-two term of the PE's row_group-th group of outputs and its unit-th input (column-wise) or block
// of 8 inputs (block-wise); `units` is how many of those the PE holds.
inline uint8_t term_of(const PeValues& pe, int64_t row_group, int units, int unit, int plane, int term) {
  const Encoding& encoding = *pe.encoding;
  const int64_t index = ((row_group * units + unit) * encoding.bits + plane) * encoding.terms + term;
  return static_cast<uint8_t>(pe.bits(Content::group_scales, 8 * index, 8));
}

// Which of the PE's groups of outputs an output belongs to.
inline int64_t row_group_of(const PeValues& pe, int output) {
  const int64_t rows = pe.encoding->group_rows;
  return (pe.tile.m_begin() + output) / rows - pe.tile.m_begin() / rows;
}

// Half-precision values, one a token.
using TokenHalves = std::array<float, kTokensAtOnce>;

// alpha x: T exponent adds, their results summed in half precision in the order of the terms.
inline void scale_inputs(const PeValues& pe, const float* x, int64_t row_group, int units, int unit,
                         int plane, float* scaled) {
  const int tokens = pe.tokens;
  const uint8_t first = term_of(pe, row_group, units, unit, plane, 0);
  for (int i = 0; i < tokens; ++i) scaled[i] = exponent_add(x[i], first);
  for (int term = 1; term < pe.encoding->terms; ++term) {
    const uint8_t bits = term_of(pe, row_group, units, unit, plane, term);
    for (int i = 0; i < tokens; ++i) scaled[i] = round_to_half(scaled[i] + exponent_add(x[i], bits));
  }
}

// psums += alpha values, by T exponent adds and T accumulations.
inline void accumulate_scaled(const PeValues& pe, const float* values, int64_t row_group, int units, int unit,
                              int plane, double* psums) {
  for (int term = 0; term < pe.encoding->terms; ++term) {
    const uint8_t bits = term_of(pe, row_group, units, unit, plane, term);
    in_accumulator(pe.accumulator, [values, bits, psums, tokens = pe.tokens](auto to) {
      for (int i = 0; i < tokens; ++i)
        psums[i] = rounded<to()>(psums[i] + static_cast<double>(exponent_add(values[i], bits)));
    });
  }
}

}  // namespace eyeshift
