#pragma once

#include <cstdint>
#include <vector>

#include "models/machine/layer_plan.h"
#include "models/machine/state_archive.h"

namespace eyeshift {

// One pass as the array sees it: every PE's program and how many bits it waits for.
class PassContext {
 public:
  PassContext(const LayerPlan& plan, const Pass& pass, int64_t index);

  struct Timing {
    int32_t cycles = 0;
    int16_t needs = 0, frees = 0;
  };

  const Pass& pass() const { return pass_; }
  int64_t index() const { return index_; }
  bool uses(int row, int col) const { return row < pass_.rows && col < pass_.cols(); }
  int32_t bits_needed(int row, int col) const {
    return bits_needed_[static_cast<size_t>(row * pass_.cols() + col)];
  }
  PeTile tile(int row, int col) const { return pe_tile(*encoding_, pass_, row, col); }

  int steps() const { return steps_; }
  // Where a PE's steps begin among all steps of the pass.
  size_t first_step(int row, int col) const {
    return static_cast<size_t>(((last_set(row) ? pass_.cols() : 0) + col) * steps_);
  }
  const Timing& timing(size_t step) const { return timings_[step]; }
  // Of the inputs that a PE has at a token, so many do not serve the next one.
  int32_t leaving(int row) const { return pass_.inputs_of(row) / pass_.taps * pass_.step_taps; }
  int32_t groups(int row) const { return last_set(row) ? groups_top_ : groups_; }
  int32_t chain_psums(int col) const { return col % pass_.sets == pass_.sets - 1 ? chain_last_ : chain_; }
  int32_t finish_cycles() const { return finish_cycles_; }
  // Cycles in which a PE works on the pass, from its first step to its last partial sum.
  int64_t busy_cycles(int row, int col) const;

  // What happened, counted as it happens and turned into actions when the pass is over.
  void count_step(size_t step) { ++executions_[step]; }
  void count_finish(int col) { ++finishes_[static_cast<size_t>(col)]; }
  void visit(StateArchive& archive);
  void add_actions(ActionCounts& counts) const;
  // Weight-input pairs that the executed steps consumed, padding included.
  int64_t pairs() const;

  int pes_left = 0;      // that still work on this pass
  int columns_left = 0;  // whose results have not left the array

 private:
  bool last_set(int row) const { return row / pass_.set_rows == pass_.chain_sets() - 1; }

  Pass pass_;
  int64_t index_;
  const Encoding* encoding_;
  std::vector<int32_t> bits_needed_;
  std::vector<Program> programs_;  // [other sets, last set] x columns
  std::vector<Timing> timings_;
  std::vector<int64_t> executions_;
  std::vector<int64_t> finishes_;
  int steps_ = 0;
  int32_t groups_ = 0, groups_top_ = 0, chain_ = 0, chain_last_ = 0, finish_cycles_ = 1;
};

}  // namespace eyeshift
