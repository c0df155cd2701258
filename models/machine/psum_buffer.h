#pragma once

#include <string>
#include <vector>

#include "models/machine/bank_arbiter.h"
#include "models/machine/items.h"
#include "models/machine/layer_plan.h"
#include "models/machine/pass_meter.h"

namespace eyeshift {

// The banks of partial sums, running totals and outputs, interleaved by words. Three clients: the network
// from the array writes, the network to the array reads, and outputs drain to DRAM. A word is readable once
// written; a tile takes a new set of outputs only when the outputs before have drained.
template <bool Functional>
class PsumBuffer {
 public:
  PsumBuffer(const LayerPlan& plan, ActionCounts& counts);

  struct Moved {
    bool wrote = false, read = false, drained = false;
    PsumFlit<Functional> flit;      // that was read for the array
    StreamWord<Functional> output;  // that was drained
    bool output_ends_pass = false;  // it was the pass's last
  };
  // One cycle: a flit from the array (nullptr: none), whether the network to the array and the drain take a
  // word.
  Moved tick(int64_t cycle, const PsumFlit<Functional>* in, bool out_ready, bool drain_ready);

  bool done() const { return write_cursor_.done() && read_cursor_.done() && drain_cursor_.done(); }
  const PassMeter& write_meter() const { return write_meter_; }
  const PassMeter& read_meter() const { return read_meter_; }
  // Core cycles between the ends of passes; a pass ends when its last word is written.
  const PassMeter& duration_meter() const { return duration_meter_; }
  std::string state() const;

 private:
  // The words of one kind of a tile's column: a FIFO at a fixed place.
  struct Stream {
    int32_t write_at = 0, read_at = 0, held = 0;
  };
  struct Position {  // of the word that comes next, in the order token, column, word
    int32_t token = 0, col = 0, partial = 0, total = 0;
  };

  Stream& stream(int tile, int col, PsumKind kind) {
    return streams_[static_cast<size_t>((tile * plan_.accelerator.array.cols + col) * 3 +
                                        static_cast<int>(kind))];
  }
  int64_t address(const Pass& pass, int col, PsumKind kind, int32_t at) const;
  bool write(int64_t cycle, int client, const PsumFlit<Functional>& flit);
  bool read(int64_t cycle, int client, PsumFlit<Functional>& flit);
  bool drain(int64_t cycle, int client, StreamWord<Functional>& word, bool& ends_pass);
  void skip_to_reads();
  void skip_to_outputs();
  int words_of(const Pass& pass, int col, PsumKind kind) const;

  const LayerPlan& plan_;
  ActionCounts& counts_;
  const int64_t tile_words_;
  std::vector<Stream> streams_;
  std::vector<int64_t> outputs_held_;  // of a tile, from the first output of a pass to the last one's drain
  std::vector<int64_t> owner_;         // the last pass that wrote to a tile
  std::vector<double> values_;         // functional runs only
  BankArbiter arbiter_;

  PassCursor write_cursor_, read_cursor_, drain_cursor_;
  int64_t written_words_ = 0, pass_words_ = 0;  // of the pass being written
  int64_t last_end_ = 0;
  Position read_at_, drain_at_;
  PassMeter write_meter_, read_meter_, duration_meter_;
};

}  // namespace eyeshift
