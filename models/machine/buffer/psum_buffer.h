#pragma once

#include <string>
#include <vector>

#include "models/machine/buffer/bank_arbiter.h"
#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"

namespace eyeshift {

// The banks of partial sums, running totals and outputs, interleaved by words. Three clients: the network
// from the array writes, the network to the array reads, and outputs drain to DRAM. A word is readable once
// written; a tile takes a new set of results only when the outputs in it have drained.
template <bool Functional>
class PsumBuffer {
 public:
  PsumBuffer(const LayerPlan& plan, ActionCounts& counts);

  struct Moved {
    bool wrote = false, read = false, drained = false;
    PsumFlit<Functional> flit;      // that was read for the array
    StreamWord<Functional> output;  // that was drained
    const Pass* begins = nullptr;   // it was the first of this pass; valid until the next tick
    bool output_ends_pass = false;  // it was the pass's last
  };
  // One cycle: a flit from the array (nullptr: none), whether the network to the array and the drain take a
  // word.
  Moved tick(int64_t cycle, const PsumFlit<Functional>* in, bool out_ready, bool drain_ready);

  // Cycles in which results waited for outputs to drain.
  int64_t blocked_cycles() const { return blocked_cycles_; }
  void add_blocked_cycles(int64_t cycles) { blocked_cycles_ += cycles; }
  bool done() const { return write_cursor_.done() && drain_cursor_.done(); }
  void visit(StateArchive& archive);
  std::string state() const;

 private:
  struct Position {  // of the word that comes next, in the order token, column, word
    int32_t token = 0, col = 0, partial = 0, total = 0;
  };

  int64_t address(const Pass& pass, int col, PsumKind kind, int64_t word) const;
  bool write(int64_t cycle, int client, const PsumFlit<Functional>& flit);
  bool read(int64_t cycle, int client, PsumFlit<Functional>& flit);
  bool drain(int64_t cycle, int client, Moved& moved);
  bool written(int64_t pass, int col, int64_t words) const;
  void finish_read_pass();
  void skip_passes();
  void start_write_pass();
  int words_of(const Pass& pass, int col, PsumKind kind) const;
  PsumKind result_kind(const Pass& pass) const {
    return pass.output                         ? PsumKind::output
           : plan_.finishes && pass.ends_group ? PsumKind::total
                                               : PsumKind::partial;
  }
  double& value(int64_t word, int i) {
    return values_[static_cast<size_t>(word * std::max(plan_.psum_word, plan_.output_word) + i)];
  }

  const LayerPlan& plan_;
  ActionCounts& counts_;
  const int64_t tile_stride_;   // words
  std::vector<double> values_;  // functional runs only
  BankArbiter arbiter_;

  PassCursor write_cursor_, read_cursor_, drain_cursor_;
  std::vector<int32_t> written_;  // words of each column of the pass being written
  int64_t words_left_ = 0;        // of that pass
  Position read_at_, drain_at_;
  Pass drained_;  // whose outputs drain
  int64_t blocked_since_ = -1, blocked_cycles_ = 0;
};

}  // namespace eyeshift
