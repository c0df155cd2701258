#include "models/spec/schedule.h"

namespace eyeshift {

void PassCursor::load() {
  if (done()) return;
  const PassRun& run = schedule_->runs[run_];
  pass_ = run.pass;
  pass_.m_begin += repetition_ * run.m_step;
  pass_.psum_tile += static_cast<int32_t>(repetition_) * run.psum_tile_step;
  pass_.loads_inputs = run.pass.loads_inputs && repetition_ == 0;
  pass_.frees_inputs = run.pass.frees_inputs && repetition_ + 1 == run.count;
}

void PassCursor::next() {
  ++index_;
  if (++repetition_ == schedule_->runs[run_].count) {
    repetition_ = 0;
    ++run_;
  }
  load();
}

int64_t pass_count(const Schedule& schedule) {
  int64_t passes = 0;
  for (const PassRun& run : schedule.runs) passes += run.count;
  return passes;
}

}  // namespace eyeshift
