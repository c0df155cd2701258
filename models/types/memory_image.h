#pragma once

#include <cstdint>
#include <vector>

#include "models/types/schedule.h"

namespace eyeshift {

// A sequence of bits, least significant bit of the first word first.
class BitString {
 public:
  int64_t size() const { return bits_; }
  const std::vector<uint64_t>& words() const { return words_; }

  void append(uint64_t value, int bits) {
    const int shift = static_cast<int>(bits_ % 64);
    if (bits < 64) value &= (uint64_t{1} << bits) - 1;
    if (shift == 0)
      words_.push_back(value);
    else {
      words_.back() |= value << shift;
      if (shift + bits > 64) words_.push_back(value >> (64 - shift));
    }
    bits_ += bits;
  }

  uint64_t read(int64_t offset, int bits) const {
    const auto word = static_cast<size_t>(offset / 64);
    const int shift = static_cast<int>(offset % 64);
    uint64_t value = words_[word] >> shift;
    if (shift + bits > 64) value |= words_[word + 1] << (64 - shift);
    return bits < 64 ? value & ((uint64_t{1} << bits) - 1) : value;
  }
  // Appends `bits` of another, from `offset` on.
  void append(const BitString& from, int64_t offset, int64_t bits) {
    for (int64_t done = 0; done < bits; done += 64) {
      const int piece = static_cast<int>(std::min<int64_t>(64, bits - done));
      append(from.read(offset + done, piece), piece);
    }
  }

  void clear() {
    words_.clear();
    bits_ = 0;
  }

 private:
  std::vector<uint64_t> words_;
  int64_t bits_ = 0;
};

// What DRAM holds in a functional run: the operands of every pass in the order in which the pass reads them,
// and the outputs that passes write.
class MemoryImage {
 public:
  virtual ~MemoryImage() = default;
  // Fixed point: by how many bits products are shifted right, the weights' fraction bits.
  virtual int product_shift() const { return 0; }
  // The stream that leaves the filter banks, in the order of models/passes/flit_order.h: of weights.
  virtual BitString weights(const Pass& pass) = 0;
  virtual BitString scales(const Pass& pass) = 0;  // the same, scales and zero points
  // [tokens, chunks, lines, chunk's inputs], behind a token its scales, for int8 inputs.
  virtual BitString inputs(const Pass& pass) = 0;
  // outputs: [tokens, columns, outputs of the column], 16 bits each.
  virtual void store_outputs(const Pass& pass, const BitString& outputs) = 0;
};

}  // namespace eyeshift
