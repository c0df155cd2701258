#include "models/machine/array/pass_programs.h"

#include <algorithm>
#include <tuple>

namespace eyeshift {

PassPrograms::PassPrograms(const LayerPlan& plan, const Pass& pass)
    : rows_(pass.rows),
      cols_(pass.cols()),
      sets_(pass.sets),
      last_set_row_(pass.rows - pass.set_rows),
      tokens_(pass.tokens),
      keeps_psums_(pass.keeps_psums),
      leaving_(pass.q / pass.taps * pass.step_taps),
      leaving_last_(pass.q_last / pass.taps * pass.step_taps),
      bits_needed_(static_cast<size_t>(pass.rows * cols_)) {
  for (const FilterDelivery& delivery : plan.unit.deliveries(plan.encoding, plan.accelerator, pass))
    for (int row = delivery.row_first; row <= delivery.row_last; ++row)
      for (int col = 0; col < cols_; ++col)
        if (const int set = col % sets_; set >= delivery.set_first && set <= delivery.set_last)
          bits_needed_[static_cast<size_t>(row * cols_ + col)] += delivery.bits;

  programs_.reserve(static_cast<size_t>(2 * cols_));
  for (const int row : {0, pass.rows - 1})
    for (int col = 0; col < cols_; ++col)
      programs_.push_back(
          plan.unit.program(plan.encoding, plan.accelerator, pe_tile(plan.encoding, pass, row, col)));
  steps_ = static_cast<int>(programs_.front().steps.size());
  groups_ = programs_.front().groups;
  groups_last_ = programs_.back().groups;
  chain_ = programs_.front().chain_psums;
  chain_last_ = programs_.back().chain_psums;
  finish_cycles_ = plan.finishes && pass.ends_group ? programs_.front().finish_cycles : 1;
  for (const Program& program : programs_) {
    for (const Step& step : program.steps) {
      if (step.cycles < 1 || step.cycles > 65535)
        throw InputError("a PE's step of " + std::to_string(step.cycles) +
                         " cycles is outside 1..65535: choose a smaller p, the outputs of a PE");
      timings_.push_back({step.cycles, step.needs, step.frees});
      longest_step_ = std::max(longest_step_, step.cycles);
    }
  }
}

bool PassPrograms::operator==(const PassPrograms& other) const {
  const auto fields = [](const PassPrograms& p) {
    return std::tie(p.rows_, p.cols_, p.sets_, p.last_set_row_, p.tokens_, p.keeps_psums_, p.leaving_,
                    p.leaving_last_, p.bits_needed_, p.timings_, p.steps_, p.groups_, p.groups_last_,
                    p.chain_, p.chain_last_, p.finish_cycles_);
  };
  const auto same_actions = [](const Program& a, const Program& b) {
    return a.finish == b.finish &&
           std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(),
                      [](const Step& x, const Step& y) { return x.actions == y.actions; });
  };
  return fields(*this) == fields(other) &&
         std::equal(programs_.begin(), programs_.end(), other.programs_.begin(), other.programs_.end(),
                    same_actions);
}

int64_t PassPrograms::busy_cycles(int row, int col) const {
  int64_t group = 0;
  for (int step = 0; step < steps_; ++step)
    group += timing(first_step(row, col) + static_cast<size_t>(step)).cycles;
  const int64_t chain = keeps_psums_ ? 0 : chain_psums(col);
  return tokens_ * (groups(row) * group + chain * (row == rows_ - 1 ? finish_cycles_ : 1));
}

}  // namespace eyeshift
