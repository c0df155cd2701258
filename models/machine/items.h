#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/units/unit.h"

namespace eyeshift {

// What moves between modules. Timing runs carry no values: Bits<false, N> is empty.

inline constexpr int kPortWords = 4;   // 256 bits: the widest port or network
inline constexpr int kBeatWords = 16;  // 1024 bits: the widest DRAM link

template <bool Functional, int Words>
struct Bits {};
template <int Words>
struct Bits<true, Words> {
  std::array<uint64_t, Words> words{};
};

enum class Operand : uint8_t { weights, scales, inputs };

// GlobalBuffer -> Dram: read a burst. `bits` of it are payload, at `offset` of the operand of a pass.
struct ReadRequest {
  Operand operand = Operand::weights;
  int64_t pass = 0;
  int64_t offset = 0;
  int64_t bits = 0;
  bool last = false;  // burst of its operand
};

// Dram -> GlobalBuffer and back: one cycle of the link.
template <bool Functional>
struct Beat {
  Bits<Functional, kBeatWords> payload;
};

// GlobalBuffer -> Noc: a port's worth of a stream of weights, scales or inputs.
template <bool Functional>
struct StreamWord {
  int32_t bits = 0;
  Bits<Functional, kPortWords> payload;
};

// Noc -> PeArray: a multicast of the filter network.
template <bool Functional>
struct FilterFlit {
  int16_t row_first = 0, row_last = 0, col_first = 0, col_last = 0;
  int32_t bits = 0;
  Content content = Content::weights;
  int64_t pass = 0;
  Bits<Functional, kPortWords> payload;
};

// Noc -> PeArray: inputs for the first `cols` PEs of a row, or a token's scale for its tops.
template <bool Functional>
struct InputFlit {
  int16_t row = 0, cols = 0;
  int16_t inputs = 0;
  bool token_scale = false;
  Bits<Functional, kPortWords> payload;
};

enum class PsumKind : uint8_t { partial, total, output };

template <bool Functional>
struct PsumValues {};
template <>
struct PsumValues<true> {
  std::array<double, 16> values{};
};

// Partial sums between GlobalBuffer and PeArray, either way: up to a word of the buffer, all of one column
// and token.
template <bool Functional>
struct PsumFlit {
  int16_t col = 0;
  int16_t count = 0;
  PsumKind kind = PsumKind::partial;
  int32_t tile = 0;
  int64_t pass = 0;
  PsumValues<Functional> payload;
};

// A queue of bits that enter and leave in pieces of any size; without values in timing runs.
template <bool Functional>
class BitQueue {
 public:
  int64_t bits() const { return bits_; }

  template <int Words>
  void append(const Bits<Functional, Words>& payload, int64_t count) {
    bits_ += count;
    if constexpr (Functional)
      for (int64_t done = 0; done < count; done += 64)
        stored_.append(payload.words[static_cast<size_t>(done / 64)],
                       static_cast<int>(std::min<int64_t>(64, count - done)));
  }

  template <int Words>
  void take(int64_t count, Bits<Functional, Words>& payload) {
    bits_ -= count;
    if constexpr (Functional) {
      for (int64_t done = 0; done < count; done += 64)
        payload.words[static_cast<size_t>(done / 64)] =
            stored_.read(taken_ + done, static_cast<int>(std::min<int64_t>(64, count - done)));
      taken_ += count;
      if (taken_ == stored_.size()) {
        stored_.clear();
        taken_ = 0;
      }
    }
  }

 private:
  int64_t bits_ = 0;
  BitString stored_;
  int64_t taken_ = 0;
};

}  // namespace eyeshift
