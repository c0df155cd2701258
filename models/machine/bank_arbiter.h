#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/machine/state_archive.h"

namespace eyeshift {

// Single-ported banks: one access a bank and cycle. Clients try in turn, from the one that lost a conflict in
// the cycle before, so that none waits for ever.
class BankArbiter {
 public:
  BankArbiter(int banks, int clients) : last_use_(static_cast<size_t>(banks), -1), clients_(clients) {}

  // The client that tries k-th in this cycle.
  int client(int k) const { return (first_ + k) % clients_; }

  // Whether `client` gets the bank of a word in `cycle`.
  bool claim(int64_t word, int64_t cycle, int client) {
    int64_t& last = last_use_[static_cast<size_t>(word % static_cast<int64_t>(last_use_.size()))];
    if (last == cycle) {
      loser_ = client;
      return false;
    }
    last = cycle;
    return true;
  }

  void end_cycle() {
    first_ = std::max(loser_, 0);
    loser_ = -1;
  }

  void visit(StateArchive& archive) { archive.value(first_); }

 private:
  std::vector<int64_t> last_use_;
  int clients_;
  int first_ = 0;
  int loser_ = -1;
};

}  // namespace eyeshift
