#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

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
  const double scaled = std::ldexp((term & 0x80u) ? -half : half, static_cast<int>(term & 0x7fu) - 64);
  if (std::isfinite(scaled) && std::abs(scaled) > 65504.0) return std::copysign(65504.0, scaled);
  return static_cast<double>(round_to_half(static_cast<float>(scaled)));
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
