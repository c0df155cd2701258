#include "rtl/vectors/operands.h"

#include <algorithm>

namespace eyeshift::rtl {
namespace {

template <typename Word>
std::vector<Word> with_signs(const std::vector<Word>& magnitudes) {
  const auto sign = static_cast<Word>(Word{1} << (8 * sizeof(Word) - 1));
  std::vector<Word> all = magnitudes;
  for (const Word magnitude : magnitudes) all.push_back(magnitude | sign);
  return all;
}

template <typename Word>
Word one_of(const std::vector<Word>& words, Operands& operands) {
  return words[static_cast<size_t>(operands.below(static_cast<int>(words.size())))];
}

}  // namespace

const std::vector<uint16_t>& corner_halves() {
  static const std::vector<uint16_t> corners = with_signs<uint16_t>(
      {0x0000, 0x0001, 0x0002, 0x0003, 0x01ff, 0x0200, 0x03fe, 0x03ff, 0x0400, 0x0401, 0x07ff, 0x0800,
       0x3bff, 0x3c00, 0x3c01, 0x3fff, 0x4000, 0x7800, 0x7bfe, 0x7bff, 0x7c00, 0x7c01, 0x7e00});
  return corners;
}

const std::vector<uint32_t>& corner_singles() {
  static const std::vector<uint32_t> corners = with_signs<uint32_t>(
      {0x00000000, 0x00000001, 0x00000003, 0x003fffff, 0x00400000, 0x007fffff, 0x00800000,
       0x00800001, 0x00ffffff, 0x33800000, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fffffff,
       0x477fe000, 0x7f000000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000});
  return corners;
}

const std::vector<uint8_t>& corner_terms() {
  static const std::vector<uint8_t> corners = {0x00, 0x01, 0x23, 0x24, 0x35, 0x3f, 0x40, 0x41, 0x5f,
                                               0x7f, 0x80, 0x81, 0xb0, 0xbf, 0xc0, 0xc1, 0xdf, 0xff};
  return corners;
}

uint16_t Operands::half() {
  return one_in(8) ? one_of(corner_halves(), *this) : static_cast<uint16_t>(bits(16));
}

uint32_t Operands::single() {
  return one_in(8) ? one_of(corner_singles(), *this) : static_cast<uint32_t>(bits(32));
}

uint16_t Operands::finite_half() {
  for (;;) {
    const uint16_t value = half();
    if ((value & 0x7c00u) != 0x7c00u) return value;
  }
}

uint16_t Operands::half_near(uint16_t other) {
  const int exponent = std::clamp(((other >> 10) & 0x1f) + below(9) - 4, 0, 30);
  return static_cast<uint16_t>(bits(1) << 15 | static_cast<uint64_t>(exponent) << 10 | bits(10));
}

uint32_t Operands::single_near(uint32_t other) {
  const int exponent = std::clamp(static_cast<int>((other >> 23) & 0xffu) + below(13) - 6, 0, 254);
  return static_cast<uint32_t>(bits(1) << 31 | static_cast<uint64_t>(exponent) << 23 | bits(23));
}

uint8_t Operands::term() { return one_in(8) ? one_of(corner_terms(), *this) : static_cast<uint8_t>(bits(8)); }

}  // namespace eyeshift::rtl
