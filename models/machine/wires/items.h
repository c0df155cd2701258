#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/machine/wires/state_archive.h"
#include "models/pe/unit.h"

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
  int64_t operand_bits = 0;  // that all bursts of the operand bring
  int64_t stream_bits = 0;   // inputs: that they make in the global buffer, padding included
  bool last = false;         // burst of its operand

  void visit(StateArchive& archive) {
    archive.value(operand);
    archive.pass(pass);
    for (int64_t* number : {&offset, &bits, &operand_bits, &stream_bits}) archive.value(*number);
    archive.flag(last);
  }
};

// Dram -> GlobalBuffer and back: one cycle of the link.
template <bool Functional>
struct Beat {
  Bits<Functional, kBeatWords> payload;
  void visit(StateArchive&) {}
};

// GlobalBuffer -> Noc: a port's worth of a stream of weights, scales or inputs.
template <bool Functional>
struct StreamWord {
  int32_t bits = 0;
  Bits<Functional, kPortWords> payload;
  void visit(StateArchive& archive) { archive.value(bits); }
};

// Noc -> PeArray: a multicast of the filter network to the PEs of these rows and sets in all `width` output
// rows.
template <bool Functional>
struct FilterFlit {
  int16_t row_first = 0, row_last = 0, set_first = 0, set_last = 0;
  int16_t sets = 0, width = 0;
  int32_t bits = 0;
  Content content = Content::weights;
  int64_t pass = 0;
  Bits<Functional, kPortWords> payload;

  void visit(StateArchive& archive) {
    for (int16_t* number : {&row_first, &row_last, &set_first, &set_last, &sets, &width})
      archive.value(*number);
    archive.value(bits);
    archive.value(content);
    archive.pass(pass);
  }
};

// Noc -> PeArray: inputs of one line for the PEs along its diagonal: `row` in the first of `width` groups of
// `sets` columns, which begin at `col`, and row_step rows lower in each next one. Or a token's scale for the
// tops of one group.
template <bool Functional>
struct InputFlit {
  int16_t row = 0, row_step = 0, col = 0, sets = 0, width = 0;
  int16_t inputs = 0;
  bool token_scale = false;
  Bits<Functional, kPortWords> payload;

  void visit(StateArchive& archive) {
    for (int16_t* number : {&row, &row_step, &col, &sets, &width, &inputs}) archive.value(*number);
    archive.flag(token_scale);
  }
};

// PeArray -> GlobalBuffer: the next pass has ended.
struct PassEnd {
  void visit(StateArchive&) {}
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
  int64_t pass = 0;
  PsumValues<Functional> payload;

  void visit(StateArchive& archive) {
    archive.value(col);
    archive.value(count);
    archive.value(kind);
    archive.pass(pass);
  }
};

// A queue of bits that enter and leave in pieces of any size; without values in timing runs.
template <bool Functional>
class BitQueue {
 public:
  int64_t bits() const { return bits_; }
  void visit(StateArchive& archive) { archive.value(bits_); }

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
