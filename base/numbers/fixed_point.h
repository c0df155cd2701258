#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace eyeshift {

// 16-bit fixed point, Eyeriss's number format: a value is code 2^exponent. The scale 2^exponent is stored in
// half (scale_bits 16) or single precision (32), which bound the exponent: subnormal halves are kept,
// single-precision values stay normal and finite.
constexpr int kFixedPointLargest = 32767;

constexpr int least_fixed_point_exponent(int scale_bits) { return scale_bits == 16 ? -24 : -126; }
constexpr int most_fixed_point_exponent(int scale_bits) { return scale_bits == 16 ? 15 : 113; }

// The smallest exponent with largest_magnitude <= 32767 2^exponent, unbounded; -15 for a magnitude of 0, so
// that codes span [-1, 1). The magnitude is finite.
inline int fixed_point_exponent(double largest_magnitude) {
  if (largest_magnitude == 0) return -15;
  int exponent = 0;
  const double mantissa =
      std::frexp(largest_magnitude, &exponent);  // in [1/2, 1), magnitude = mantissa 2^exponent
  return exponent - 15 + (std::ldexp(mantissa, 15) > kFixedPointLargest ? 1 : 0);
}

// The code nearest to value / 2^exponent, ties to even, saturated at -32768 and 32767. The value is not NaN.
inline int16_t fixed_point_code(double value, int exponent) {
  return static_cast<int16_t>(std::clamp(std::nearbyint(std::ldexp(value, -exponent)), -32768.0, 32767.0));
}

}  // namespace eyeshift
