#pragma once

#include <string>
#include <vector>

#include "models/machine/buffer/bank_arbiter.h"
#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"

namespace eyeshift {

// The filter banks: a FIFO of words of port_bits between DRAM and the filter network, interleaved over the
// banks. Words of weights and of scales are kept apart, so each operand of a pass begins a new word.
template <bool Functional>
class FilterBuffer {
 public:
  FilterBuffer(const LayerPlan& plan, ActionCounts& counts);

  // Room is reserved when a burst is requested and given back when its words are read.
  bool reserve(int64_t words);

  // One cycle: `in` is a word that waits to be written (nullptr: none), `out_ready` whether the network takes
  // one. Returns what happened.
  struct Moved {
    bool wrote = false, read = false;
    StreamWord<Functional> word;  // that was read
  };
  Moved tick(int64_t cycle, const StreamWord<Functional>* in, Operand in_operand, bool out_ready);

  int64_t words_in() const { return written_; }
  int64_t words_out() const { return read_; }
  void visit(StateArchive& archive);
  std::string state() const;

 private:
  struct Entry {
    StreamWord<Functional> word;
    Operand operand = Operand::weights;
  };

  ActionCounts& counts_;
  std::vector<Entry> ring_;
  BankArbiter arbiter_;
  int64_t reserved_ = 0;
  int64_t written_ = 0, read_ = 0;
};

}  // namespace eyeshift
