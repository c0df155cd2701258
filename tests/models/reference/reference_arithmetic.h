#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>

#include "models/types/accelerator.h"

namespace eyeshift::testing {

using Half = Eigen::half;

inline Half half_from_bits(uint16_t bits) { return Eigen::numext::bit_cast<Half>(bits); }
inline uint16_t bits_of(Half half) { return Eigen::numext::bit_cast<uint16_t>(half); }
inline Half add(Half a, Half b) { return Half(static_cast<float>(a) + static_cast<float>(b)); }

// Partial sums: single or half precision, a float either way; every operation is done in single precision
// and, for half precision, rounded again, which for sums and products of halves is the same as rounding once.
class Accumulating {
 public:
  explicit Accumulating(Accumulator accumulator) : half_(accumulator == Accumulator::fp16) {}

  float add(float a, float b) const { return rounded(a + b); }
  float multiply(float a, float b) const { return rounded(a * b); }

 private:
  float rounded(float value) const { return half_ ? static_cast<float>(Half(value)) : value; }
  bool half_;
};

// x times a stored power-of-two term on the bits of x: the sign flipped, the exponent added, the significand
// moved only where the result is subnormal.
inline Half exponent_add(Half x, uint8_t term) {
  if (term == 0) return half_from_bits(0);
  const unsigned bits = bits_of(x);
  const unsigned sign = (bits ^ (static_cast<unsigned>(term) << 8)) & 0x8000u;
  const unsigned field = (bits >> 10) & 31u;
  unsigned significand = bits & 0x3ffu;
  if (field == 31) return half_from_bits(static_cast<uint16_t>(sign | (bits & 0x7fffu)));
  if (field == 0 && significand == 0) return half_from_bits(static_cast<uint16_t>(sign));
  int exponent = static_cast<int>(field);
  if (field > 0) {
    significand |= 0x400u;
  } else {
    for (exponent = 1; significand < 0x400u; --exponent) significand <<= 1;
  }
  exponent += (term & 0x7f) - 64;
  if (exponent > 30) return half_from_bits(static_cast<uint16_t>(sign | 0x7bffu));
  if (exponent > 0)
    return half_from_bits(
        static_cast<uint16_t>(sign | static_cast<unsigned>(exponent) << 10 | (significand & 0x3ffu)));
  const int shift = 1 - exponent;
  if (shift > 12) return half_from_bits(static_cast<uint16_t>(sign));
  const unsigned kept = significand >> shift, lost = significand & ((1u << shift) - 1),
                 tie = 1u << (shift - 1);
  const unsigned up = lost > tie || (lost == tie && (kept & 1u)) ? 1 : 0;
  return half_from_bits(static_cast<uint16_t>(sign | (kept + up)));
}

}  // namespace eyeshift::testing
