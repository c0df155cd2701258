#pragma once

#include <cstdint>
#include <vector>

#include "base/integers.h"

namespace eyeshift {

// Codes of 1 to 16 bits, packed without gaps, least significant bit first: code i takes bits [i b, (i + 1)
// b).

inline int64_t packed_bytes(int64_t count, int bits) { return divide_up(count * bits, 8); }

inline uint32_t unpack_code(const uint8_t* packed, int64_t index, int bits) {
  uint32_t code = 0;
  for (int bit = 0; bit < bits; ++bit) {
    const int64_t position = index * bits + bit;
    code |= static_cast<uint32_t>((packed[position / 8] >> (position % 8)) & 1u) << bit;
  }
  return code;
}

// The destination's bits must be zero.
inline void pack_code(uint8_t* packed, int64_t index, int bits, uint32_t code) {
  for (int bit = 0; bit < bits; ++bit) {
    const int64_t position = index * bits + bit;
    packed[position / 8] |= static_cast<uint8_t>(((code >> bit) & 1u) << (position % 8));
  }
}

}  // namespace eyeshift
