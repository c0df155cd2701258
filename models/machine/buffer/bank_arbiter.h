#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/machine/wires/state_archive.h"

namespace eyeshift {

// Which client tries first in a cycle, the others in turn behind it. Where the loser of a conflict goes first
// in the next cycle, a conflict is forgotten once it has passed, and client 0 wins those that come one at a
// time; where it goes first in the next conflict, whenever that is, two clients lose in turn.
enum class LoserFirst : uint8_t { in_next_cycle, in_next_conflict };

// Single-ported banks: one access a bank and cycle.
class BankArbiter {
 public:
  BankArbiter(int banks, int clients, LoserFirst loser_first)
      : last_use_(static_cast<size_t>(banks), -1), clients_(clients), loser_first_(loser_first) {}

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
    if (loser_ >= 0 || loser_first_ == LoserFirst::in_next_cycle) first_ = std::max(loser_, 0);
    loser_ = -1;
  }

  void visit(StateArchive& archive) { archive.value(first_); }

 private:
  std::vector<int64_t> last_use_;
  int clients_;
  LoserFirst loser_first_;
  int first_ = 0;
  int loser_ = -1;
};

}  // namespace eyeshift
