#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace eyeshift {

// Which PEs are due at which of the next cycles: a ring of sets of PEs, so that a cycle costs a look at its
// own set and not at every PE.
class PeCalendar {
 public:
  explicit PeCalendar(size_t pes) : words_((pes + 63) / 64), due_(words_, 0) {}

  // Makes room for cycles up to `cycles` ahead of `now`.
  void reach(int64_t now, int64_t cycles) {
    const size_t wanted = static_cast<size_t>(cycles) + 1;
    if (wanted <= slots_) return;
    PeCalendar longer(words_ * 64);
    while (longer.slots_ < wanted) longer.slots_ *= 2;
    longer.due_.assign(longer.slots_ * words_, 0);
    for (size_t ahead = 0; ahead < slots_; ++ahead) {
      const int64_t cycle = now + static_cast<int64_t>(ahead);
      std::copy_n(at(cycle), words_, longer.at(cycle));
    }
    *this = std::move(longer);
  }
  void clear() { std::fill(due_.begin(), due_.end(), 0); }

  void add(size_t pe, int64_t cycle) { at(cycle)[pe / 64] |= uint64_t{1} << (pe % 64); }
  // Visits the PEs that are due, in their order, and forgets them.
  template <typename Visit>
  void take(int64_t cycle, const Visit& visit) {
    uint64_t* const due = at(cycle);
    for (size_t word = 0; word < words_; ++word) {
      uint64_t bits = due[word];
      due[word] = 0;
      for (; bits != 0; bits &= bits - 1) visit(word * 64 + static_cast<size_t>(__builtin_ctzll(bits)));
    }
  }

 private:
  uint64_t* at(int64_t cycle) { return due_.data() + (static_cast<size_t>(cycle) & (slots_ - 1)) * words_; }

  size_t words_, slots_ = 1;   // slots: a power of two
  std::vector<uint64_t> due_;  // [slot, word], a bit a PE
};

}  // namespace eyeshift
