#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/machine/array/pass_programs.h"
#include "models/machine/wires/state_archive.h"

namespace eyeshift {

// One pass as the array sees it: every PE's program, and what has been done of it.
class PassContext {
 public:
  PassContext(const LayerPlan& plan, const Pass& pass, int64_t index,
              std::shared_ptr<const PassPrograms> programs);

  const Pass& pass() const { return pass_; }
  int64_t index() const { return index_; }
  const PassPrograms& programs() const { return *programs_; }
  bool uses(int row, int col) const { return row < pass_.rows && col < pass_.cols(); }
  PeTile tile(int row, int col) const { return pe_tile(*encoding_, pass_, row, col); }

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
  Pass pass_;
  int64_t index_;
  const Encoding* encoding_;
  std::shared_ptr<const PassPrograms> programs_;
  std::vector<int64_t> executions_;
  std::vector<int64_t> finishes_;
};

}  // namespace eyeshift
