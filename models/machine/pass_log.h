#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "models/machine/array/pass_classes.h"
#include "models/types/result.h"

namespace eyeshift {

// When passes ended and why they took so long, in order, run-length coded.
class PassLog {
 public:
  struct Entry {
    int64_t cycles = 0, exposed_dram = 0;
  };

  // `keeps_recent`: somebody calls take_recent().
  PassLog(PassClasses& classes, bool keeps_recent) : classes_(classes), keeps_recent_(keeps_recent) {}

  // A pass's operands had come from DRAM at this cycle, the last of them if it is the latest that is told.
  void filled(int64_t pass, int64_t cycle) { filled_at_[pass] = cycle; }
  // The next pass ended at this cycle.
  void ended(int64_t cycle);
  // The next pass is like one that took so many cycles, of which it waited some for DRAM.
  void repeated(const Entry& entry) { add(entry); }

  // Of the passes that ended since the last call.
  std::vector<Entry> take_recent() { return std::exchange(recent_, {}); }
  int64_t passes() const { return passes_; }
  int64_t last_end() const { return last_end_; }
  int64_t exposed_dram_cycles() const { return exposed_dram_; }
  const std::vector<PassRunResult>& runs() const { return runs_; }
  // What bounded most cycles.
  Bound bound_by() const;

 private:
  void add(const Entry& entry);

  PassClasses& classes_;
  const bool keeps_recent_;
  std::map<int64_t, int64_t> filled_at_;  // of passes that have not ended
  std::vector<PassRunResult> runs_;
  std::array<int64_t, kBounds> bound_cycles_{};
  int64_t passes_ = 0, last_end_ = 0, exposed_dram_ = 0;
  std::vector<Entry> recent_;
};

}  // namespace eyeshift
