#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace eyeshift::rtl {

// Bit patterns of zeros, the smallest and largest subnormals and normals, ones and their neighbours,
// infinities and NaNs, of either sign: half and single precision.
const std::vector<uint16_t>& corner_halves();
const std::vector<uint32_t>& corner_singles();
// No term, and exponents and signs about the ends of the range and 0.
const std::vector<uint8_t>& corner_terms();

// Random operands, the same on every machine for a seed.
class Operands {
 public:
  explicit Operands(uint32_t seed) : engine_(seed) {}

  uint64_t bits(int count) { return count == 0 ? 0 : word() >> (64 - count); }
  int below(int limit) { return static_cast<int>(bits(32) * static_cast<uint64_t>(limit) >> 32); }
  bool one_in(int times) { return below(times) == 0; }

  // Any pattern, one in eight a corner.
  uint16_t half();
  uint32_t single();
  uint16_t finite_half();
  // An operand whose magnitude is within a few binades of another one's, so that their sum cancels or rounds.
  uint16_t half_near(uint16_t other);
  uint32_t single_near(uint32_t other);
  uint8_t term();

 private:
  uint64_t word() {
    const uint64_t high = engine_();
    return high << 32 | engine_();
  }
  std::mt19937 engine_;
};

}  // namespace eyeshift::rtl
