#pragma once

#include <string>
#include <vector>

#include "models/machine/buffer/bank_arbiter.h"
#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"

namespace eyeshift {

// The input banks: tiles of inputs in slots (two with double buffering), interleaved over the banks by words
// of port_bits. DRAM fills a slot once; every pass on the tile reads it from end to end. A slot changes hands
// whole: the array reads it when all of its tile has come. One of two takes the next tile when it has been
// read for the last time, a single one when the pass that did so has ended: loads and passes take turns.
template <bool Functional>
class InputBuffer {
 public:
  InputBuffer(const LayerPlan& plan, ActionCounts& counts);

  // Takes a slot for the next tile, if one is free.
  bool reserve();
  // The array has ended the next pass.
  void pass_ended();

  struct Moved {
    bool wrote = false, read = false;
    StreamWord<Functional> word;  // that was read
  };
  // As FilterBuffer::tick; `in_ends_tile` marks the last word of a tile.
  Moved tick(int64_t cycle, const StreamWord<Functional>* in, bool in_ends_tile, bool out_ready);

  // Passes that bring no inputs are over once both transfer controllers have come to `requested`.
  void skip_empty_passes(int64_t requested);
  int64_t pass() const { return cursor_.index(); }  // being read
  bool done() const { return cursor_.done(); }
  void visit(StateArchive& archive);
  std::string state() const;

 private:
  struct Slot {
    int64_t filled_words = 0;
    std::vector<StreamWord<Functional>> words;  // functional runs only
  };
  Slot& slot(int64_t tile) { return slots_[static_cast<size_t>(tile % static_cast<int64_t>(slots_.size()))]; }
  int64_t address(int64_t tile, int64_t word) const {
    return tile % static_cast<int64_t>(slots_.size()) * slot_stride_ + word;
  }
  void start_pass();

  const LayerPlan& plan_;
  ActionCounts& counts_;
  const int64_t slot_stride_;  // words
  std::vector<Slot> slots_;
  BankArbiter arbiter_;
  int64_t tiles_reserved_ = 0, tiles_filled_ = 0, tiles_read_ = 0, tiles_freed_ = 0;
  int64_t passes_ended_ = 0;
  int64_t last_reader_ = -1;  // the pass that read the last of tiles_read_

  PassCursor cursor_;  // of the pass being read
  int64_t read_word_ = 0, pass_words_ = 0, pass_bits_ = 0;
};

}  // namespace eyeshift
