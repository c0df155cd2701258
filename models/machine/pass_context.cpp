#include "models/machine/pass_context.h"

namespace eyeshift {

PassContext::PassContext(const LayerPlan& plan, const Pass& pass, int64_t index)
    : pass_(pass),
      index_(index),
      encoding_(&plan.encoding),
      bits_needed_(static_cast<size_t>(pass.rows * pass.cols())) {
  const int cols = pass.cols();
  for (const FilterDelivery& delivery : plan.unit.deliveries(plan.encoding, plan.accelerator, pass))
    for (int row = delivery.row_first; row <= delivery.row_last; ++row)
      for (int col = 0; col < cols; ++col)
        if (const int set = col % pass.sets; set >= delivery.set_first && set <= delivery.set_last)
          bits_needed_[static_cast<size_t>(row * cols + col)] += delivery.bits;

  programs_.reserve(static_cast<size_t>(2 * cols));
  for (const int row : {0, pass.rows - 1}) {
    for (int col = 0; col < cols; ++col) {
      const PeTile tile = pe_tile(plan.encoding, pass_, row, col);
      programs_.push_back(plan.unit.program(plan.encoding, plan.accelerator, tile));
    }
  }
  steps_ = static_cast<int>(programs_.front().steps.size());
  groups_ = programs_.front().groups;
  groups_top_ = programs_.back().groups;
  chain_ = programs_.front().chain_psums;
  chain_last_ = programs_.back().chain_psums;
  finish_cycles_ = plan.finishes && pass.ends_group ? programs_.front().finish_cycles : 1;
  for (const Program& program : programs_) {
    for (const Step& step : program.steps) {
      if (step.cycles < 1 || step.cycles > 65535)
        throw InputError("a PE's step of " + std::to_string(step.cycles) +
                         " cycles is outside 1..65535: choose a smaller p, the outputs of a PE");
      timings_.push_back({step.cycles, step.needs, step.frees});
    }
  }
  executions_.assign(timings_.size(), 0);
  finishes_.assign(static_cast<size_t>(cols), 0);
  pes_left = pass.rows * cols;
  columns_left = pass.keeps_psums ? 0 : cols;
}

int64_t PassContext::busy_cycles(int row, int col) const {
  int64_t group = 0;
  for (int step = 0; step < steps_; ++step)
    group += timing(first_step(row, col) + static_cast<size_t>(step)).cycles;
  const int64_t chain = pass_.keeps_psums ? 0 : chain_psums(col);
  return pass_.tokens * (groups(row) * group + chain * (row == pass_.rows - 1 ? finish_cycles_ : 1));
}

void PassContext::add_actions(ActionCounts& counts) const {
  for (size_t i = 0; i < executions_.size(); ++i) {
    const size_t step = i % static_cast<size_t>(steps_), program = i / static_cast<size_t>(steps_);
    counts.add(programs_[program].steps[step].actions, executions_[i]);
  }
  for (size_t col = 0; col < finishes_.size(); ++col)
    counts.add(programs_[static_cast<size_t>(pass_.cols()) + col].finish, finishes_[col]);
}

void PassContext::visit(StateArchive& archive) {
  archive.values(executions_);
  archive.values(finishes_);
  archive.value(pes_left);
  archive.value(columns_left);
}

int64_t PassContext::pairs() const {
  int64_t pairs = 0;
  for (size_t i = 0; i < executions_.size(); ++i) {
    const auto col = static_cast<int>(i / static_cast<size_t>(steps_)) % pass_.cols();
    pairs += executions_[i] * timings_[i].frees * pass_.outputs_of(col);
  }
  return pairs;
}

}  // namespace eyeshift
