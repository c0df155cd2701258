#pragma once

#include <cstdint>
#include <cstring>

namespace eyeshift {

// IEEE 754 binary16 <-> binary32, bit patterns of the former in uint16_t. Rounding is to nearest, ties to
// even; subnormals are kept; what exceeds 65504 by half a unit or more becomes an infinity.

inline float float_from_half(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  uint32_t magnitude = half & 0x7fffu;
  uint32_t bits;
  if (magnitude >= 0x7c00u) {
    bits = sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13);
  } else if (magnitude >= 0x0400u) {
    bits = sign | ((magnitude << 13) + (112u << 23));
  } else {
    const float subnormal = static_cast<float>(magnitude) * 0x1p-24f;
    uint32_t subnormal_bits;
    std::memcpy(&subnormal_bits, &subnormal, sizeof subnormal_bits);
    bits = sign | subnormal_bits;
  }
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint16_t half_from_float(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  bits &= 0x7fffffffu;
  if (bits > 0x7f800000u) return sign | 0x7e00u;   // NaN
  if (bits >= 0x477ff000u) return sign | 0x7c00u;  // rounds past 65504
  if (bits < 0x38800000u) {                        // below the smallest normal half
    float magnitude;
    std::memcpy(&magnitude, &bits, sizeof magnitude);
    magnitude += 0.5f;  // 0.5 has an ulp of 2^-24, a half's smallest step
    uint32_t shifted;
    std::memcpy(&shifted, &magnitude, sizeof shifted);
    return sign | static_cast<uint16_t>(shifted - 0x3f000000u);
  }
  const uint32_t odd = (bits >> 13) & 1u;
  bits += 0xfffu + odd;
  return sign | static_cast<uint16_t>((bits - (112u << 23)) >> 13);
}

// A float rounded to half precision: float_from_half(half_from_float(value)), without branches.
inline float round_to_half(float value) {
  uint32_t magnitude;
  std::memcpy(&magnitude, &value, sizeof magnitude);
  const uint32_t sign = magnitude & 0x80000000u;
  magnitude ^= sign;
  float small;
  std::memcpy(&small, &magnitude, sizeof small);
  small = (small + 0.5f) - 0.5f;
  uint32_t subnormal;
  std::memcpy(&subnormal, &small, sizeof subnormal);
  uint32_t bits = (magnitude + 0xfffu + ((magnitude >> 13) & 1u)) & 0xffffe000u;
  bits = magnitude < 0x38800000u ? subnormal : bits;
  bits = bits >= 0x47800000u ? 0x7f800000u : bits;
  bits = magnitude > 0x7f800000u ? 0x7fc00000u : bits;
  bits |= sign;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace eyeshift
