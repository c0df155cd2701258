#include "traces/quantizers/packing.h"

#include "base/integers.h"
#include "base/numbers/bits.h"

namespace eyeshift {

std::vector<uint8_t> packed_codes(const CodeMatrix& codes, int bits) {
  const int64_t M = codes.rows(), K = codes.cols();
  const int64_t row_bytes = packed_bytes(K, bits);
  const unsigned mask = (1u << bits) - 1;
  std::vector<uint8_t> packed(static_cast<size_t>(M * row_bytes), 0);
  for (int64_t m = 0; m < M; ++m) {
    uint8_t* row = packed.data() + m * row_bytes;
    for (int64_t k = 0; k < K; ++k) {
      const int64_t position = k * bits;
      const unsigned shifted = (codes(m, k) & mask) << (position % 8);
      row[position / 8] |= static_cast<uint8_t>(shifted);
      if (shifted > 0xffu) row[position / 8 + 1] |= static_cast<uint8_t>(shifted >> 8);
    }
  }
  return packed;
}

std::vector<uint8_t> packed_planes(const CodeMatrix& codes, int planes) {
  const int64_t M = codes.rows(), K = codes.cols();
  const int64_t row_bytes = divide_up(K, 8);
  std::vector<uint8_t> packed(static_cast<size_t>(planes * M * row_bytes), 0);
  for (int plane = 0; plane < planes; ++plane) {
    for (int64_t m = 0; m < M; ++m) {
      uint8_t* row = packed.data() + (plane * M + m) * row_bytes;
      for (int64_t k = 0; k < K; ++k)
        row[k / 8] |= static_cast<uint8_t>((codes(m, k) >> plane & 1u) << (k % 8));
    }
  }
  return packed;
}

}  // namespace eyeshift
