#pragma once

#include <cstdint>
#include <vector>

#include "models/machine/wires/layer_plan.h"

namespace eyeshift {

// What every PE does in a pass and how many bits it waits for: the same for all passes of a class.
class PassPrograms {
 public:
  PassPrograms(const LayerPlan& plan, const Pass& pass);

  struct Timing {
    int32_t cycles = 0;
    int16_t needs = 0, frees = 0;
    bool operator==(const Timing& other) const {
      return cycles == other.cycles && needs == other.needs && frees == other.frees;
    }
  };

  int32_t bits_needed(int row, int col) const { return bits_needed_[static_cast<size_t>(row * cols_ + col)]; }
  int steps() const { return steps_; }
  size_t all_steps() const { return timings_.size(); }
  // Where a PE's steps begin among all steps of the pass.
  size_t first_step(int row, int col) const {
    return static_cast<size_t>(((last_set(row) ? cols_ : 0) + col) * steps_);
  }
  const Timing& timing(size_t step) const { return timings_[step]; }
  int32_t longest_step() const { return longest_step_; }  // in cycles
  // Of the inputs that a PE has at a token, so many do not serve the next one.
  int32_t leaving(int row) const { return last_set(row) ? leaving_last_ : leaving_; }
  int32_t groups(int row) const { return last_set(row) ? groups_last_ : groups_; }
  int32_t chain_psums(int col) const { return col % sets_ == sets_ - 1 ? chain_last_ : chain_; }
  int32_t finish_cycles() const { return finish_cycles_; }

  // Whether every PE does the same, after waiting for as many bits.
  bool operator==(const PassPrograms& other) const;

  // Cycles in which a PE works on the pass, from its first step to its last partial sum.
  int64_t busy_cycles(int row, int col) const;

  // The actions of a step, and of a column's finish of a token.
  const ActionCounts& step_actions(size_t step) const {
    const auto steps = static_cast<size_t>(steps_);
    return programs_[step / steps].steps[step % steps].actions;
  }
  const ActionCounts& finish_actions(size_t col) const {
    return programs_[static_cast<size_t>(cols_) + col].finish;
  }

 private:
  bool last_set(int row) const { return row >= last_set_row_; }

  const int rows_, cols_, sets_, last_set_row_, tokens_;
  const bool keeps_psums_;
  const int32_t leaving_, leaving_last_;
  std::vector<int32_t> bits_needed_;
  std::vector<Program> programs_;  // [other sets, last set] x columns
  std::vector<Timing> timings_;
  int steps_ = 0;
  int32_t longest_step_ = 0;
  int32_t groups_ = 0, groups_last_ = 0, chain_ = 0, chain_last_ = 0, finish_cycles_ = 1;
};

}  // namespace eyeshift
