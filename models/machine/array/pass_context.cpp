#include "models/machine/array/pass_context.h"

namespace eyeshift {

PassContext::PassContext(const LayerPlan& plan, const Pass& pass, int64_t index,
                         std::shared_ptr<const PassPrograms> programs)
    : pes_left(pass.rows * pass.cols()),
      columns_left(pass.keeps_psums ? 0 : pass.cols()),
      pass_(pass),
      index_(index),
      encoding_(&plan.encoding),
      programs_(std::move(programs)),
      executions_(programs_->all_steps(), 0),
      finishes_(static_cast<size_t>(pass.cols()), 0) {}

void PassContext::add_actions(ActionCounts& counts) const {
  for (size_t step = 0; step < executions_.size(); ++step)
    counts.add(programs_->step_actions(step), executions_[step]);
  for (size_t col = 0; col < finishes_.size(); ++col)
    counts.add(programs_->finish_actions(col), finishes_[col]);
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
    const auto col = static_cast<int>(i / static_cast<size_t>(programs_->steps())) % pass_.cols();
    pairs += executions_[i] * programs_->timing(i).frees * pass_.outputs_of(col);
  }
  return pairs;
}

}  // namespace eyeshift
