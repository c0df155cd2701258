#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/numbers/half.h"
#include "models/pe/unit.h"
#include "models/types/accelerator.h"

namespace eyeshift {

// Values are doubles that hold narrower floats exactly. A sum or product of two halves or two floats, formed
// in double and rounded once or twice, equals the directly rounded one: 53 >= 2 * 24 + 2 and 24 >= 2 * 11 + 2
// bits (Figueroa).

inline double half_value(uint16_t half) { return static_cast<double>(float_from_half(half)); }
inline uint16_t half_bits(double value) { return half_from_float(static_cast<float>(value)); }

template <Accumulator accumulator>
double rounded(double value) {
  const auto single = static_cast<float>(value);
  return static_cast<double>(accumulator == Accumulator::fp16 ? round_to_half(single) : single);
}

// Calls body with the accumulator as a constant, so that loops over tokens are compiled for each.
template <typename Body>
void in_accumulator(Accumulator accumulator, const Body& body) {
  if (accumulator == Accumulator::fp16)
    body(std::integral_constant<Accumulator, Accumulator::fp16>());
  else
    body(std::integral_constant<Accumulator, Accumulator::fp32>());
}

// A half times a signed power of two by an addition to its exponent: zero stays zero, subnormals are kept and
// rounded to nearest even, overflow saturates at 65504. No term gives zero.
inline float exponent_add(float half, uint8_t term) {
  constexpr uint32_t kMagnitude = 0x7fffffffu, kInfinity = 0x7f800000u, kLargestHalf = 0x477fe000u;
  const uint32_t power_bits = ((term & 0x80u) << 24) | ((127 - 64 + (term & 0x7fu)) << 23);
  float power;
  std::memcpy(&power, &power_bits, sizeof power);
  const float scaled = half * power;  // exact
  const float nearest = round_to_half(scaled);
  uint32_t before, bits;
  std::memcpy(&before, &scaled, sizeof before);
  std::memcpy(&bits, &nearest, sizeof bits);
  const bool overflows = ((bits & kMagnitude) == kInfinity) & ((before & kMagnitude) < kInfinity);
  bits = overflows ? (before & ~kMagnitude) | kLargestHalf : bits;
  bits = term == 0 ? 0 : bits;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// A real scale, encoding.scale_bits wide, that a PE holds at a bit of a kind of content.
inline float stored_real(const PeValues& pe, Content content, int64_t bit) {
  const auto bits = static_cast<uint32_t>(pe.bits(content, bit, pe.encoding->scale_bits));
  if (pe.encoding->scale_bits == 16) return float_from_half(static_cast<uint16_t>(bits));
  float scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return scale;
}

// The index-th of a PE's row-wise scales.
inline float row_scale(const PeValues& pe, int64_t index) {
  return stored_real(pe, Content::row_scales, index * pe.encoding->scale_bits);
}

// psums += products of the tokens' inputs and one weight, product and sum rounded.
template <typename Input>
void multiply_accumulate(const Input* x, double weight, const PeValues& pe, double* psums) {
  in_accumulator(pe.accumulator, [x, weight, psums, tokens = pe.tokens](auto to) {
    for (int i = 0; i < tokens; ++i) {
      const double product = rounded<to()>(static_cast<double>(x[i]) * weight);
      psums[i] = rounded<to()>(psums[i] + product);
    }
  });
}

// psums += the tokens' values, with or without their signs turned.
inline void accumulate(const float* values, bool positive, const PeValues& pe, double* psums) {
  const double sign = positive ? 1.0 : -1.0;
  in_accumulator(pe.accumulator, [values, sign, psums, tokens = pe.tokens](auto to) {
    for (int i = 0; i < tokens; ++i)
      psums[i] = rounded<to()>(psums[i] + sign * static_cast<double>(values[i]));
  });
}

// 16-bit words that hold so many bits.
inline int64_t words16(int64_t bits) { return (bits + 15) / 16; }

inline Action add_psums(const AcceleratorConfig& accelerator) {
  return accelerator.array.accumulator == Accumulator::fp16 ? Action::add_fp16_psums : Action::add_fp32_psums;
}
inline Action multiply_scales(const AcceleratorConfig& accelerator) {
  return accelerator.array.accumulator == Accumulator::fp16 ? Action::multiply_fp16_scales
                                                            : Action::multiply_fp32_scales;
}

// The components of these two.
inline std::string accumulator_adder(const AcceleratorConfig::Array& array) {
  return array.accumulator == Accumulator::fp16 ? "adder_fp16" : "adder_fp32";
}
inline std::string accumulator_multiplier(const AcceleratorConfig::Array& array) {
  return array.accumulator == Accumulator::fp16 ? "multiplier_fp16" : "multiplier_fp32";
}
// What finishes groups at the tops of an array's columns, `tops` of them.
inline UnitParts with_tops(UnitParts parts, std::vector<std::string> top, int64_t tops) {
  if (tops > 0) parts.top = std::move(top);
  parts.tops = tops;
  return parts;
}

// Read, accumulate and write of `accumulations` partial sums kept in the scratchpad.
inline void count_accumulations(int64_t accumulations, int psum_bits, ActionCounts& counts) {
  counts[Action::spad_psum_read_psums] += accumulations * words16(psum_bits);
  counts[Action::spad_psum_write_psums] += accumulations * words16(psum_bits);
}

}  // namespace eyeshift
