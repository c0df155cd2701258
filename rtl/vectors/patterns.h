#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "models/pe/arithmetic.h"

namespace eyeshift::rtl {

// Bit patterns of values that hold a half or single exactly. All NaNs are one: the modules' is the quiet NaN
// with an empty payload, a processor's depends on its make.
inline constexpr uint16_t kHalfNan = 0x7e00;
inline constexpr uint32_t kSingleNan = 0x7fc00000;

inline uint16_t half_pattern(double value) { return std::isnan(value) ? kHalfNan : half_bits(value); }

inline uint32_t single_pattern(double value) {
  if (std::isnan(value)) return kSingleNan;
  const auto single = static_cast<float>(value);
  uint32_t pattern;
  std::memcpy(&pattern, &single, sizeof pattern);
  return pattern;
}

inline double single_value(uint32_t pattern) {
  float single;
  std::memcpy(&single, &pattern, sizeof single);
  return static_cast<double>(single);
}

}  // namespace eyeshift::rtl
