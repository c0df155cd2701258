#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "models/spec/accelerator.h"
#include "models/units/unit.h"
#include "traces/format/half.h"

namespace eyeshift {

// Values are doubles that hold narrower floats exactly. A sum or product of two halves or two floats, formed
// in double and rounded once or twice, equals the directly rounded one: 53 >= 2 * 24 + 2 and 24 >= 2 * 11 + 2
// bits (Figueroa).

inline double half_value(uint16_t half) { return static_cast<double>(float_from_half(half)); }
inline uint16_t half_bits(double value) { return half_from_float(static_cast<float>(value)); }

inline double rounded(double value, Accumulator accumulator) {
  const auto single = static_cast<float>(value);
  return static_cast<double>(accumulator == Accumulator::fp16 ? round_to_half(single) : single);
}

// A half times a signed power of two by an addition to its exponent: zero stays zero, subnormals are kept and
// rounded to nearest even, overflow saturates at 65504.
inline double exponent_add(double half, uint8_t term) {
  if (term == 0) return 0.0;
  const uint64_t bits = (uint64_t{term & 0x80u} << 56) | (uint64_t{1023 - 64 + (term & 0x7fu)} << 52);
  double power;
  std::memcpy(&power, &bits, sizeof power);
  const double scaled = half * power, magnitude = std::abs(scaled);
  const bool overflows = (magnitude > 65504.0) & (magnitude <= std::numeric_limits<double>::max());
  const auto nearest = static_cast<double>(round_to_half(static_cast<float>(scaled)));
  return overflows ? std::copysign(65504.0, scaled) : nearest;
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
  for (int i = 0; i < pe.tokens; ++i) {
    const double product = rounded(static_cast<double>(x[i]) * weight, pe.accumulator);
    psums[i] = rounded(psums[i] + product, pe.accumulator);
  }
}

// psums += the tokens' values, with or without their signs turned.
template <typename Value>
void accumulate(const Value* values, bool positive, const PeValues& pe, double* psums) {
  const double sign = positive ? 1.0 : -1.0;
  for (int i = 0; i < pe.tokens; ++i)
    psums[i] = rounded(psums[i] + sign * static_cast<double>(values[i]), pe.accumulator);
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

// Read, accumulate and write of `accumulations` partial sums kept in the scratchpad.
inline void count_accumulations(int64_t accumulations, int psum_bits, ActionCounts& counts) {
  counts[Action::spad_psum_read_psums] += accumulations * words16(psum_bits);
  counts[Action::spad_psum_write_psums] += accumulations * words16(psum_bits);
}

}  // namespace eyeshift
