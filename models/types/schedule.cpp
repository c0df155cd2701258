#include "models/types/schedule.h"

#include <tuple>

namespace eyeshift {
namespace {

// Everything but where a pass lies.
auto work_of(const Pass& p) {
  return std::tie(p.rows, p.set_rows, p.sets, p.width, p.q, p.q_last, p.p, p.p_last, p.taps, p.step_taps,
                  p.line_step, p.input_chunk, p.tokens, p.row_tokens, p.padded_inputs, p.load_bits,
                  p.store_bits, p.loads_inputs, p.frees_inputs, p.psum_in, p.ends_group, p.total_in, p.output,
                  p.holds_weights, p.keeps_weights, p.holds_inputs, p.keeps_inputs, p.holds_psums,
                  p.keeps_psums, p.psum_back, p.total_back, p.output_back);
}

void move(Pass& pass, const PassRun& run, int64_t repetitions) {
  pass.k_begin += repetitions * run.k_step;
  pass.m_begin += repetitions * run.m_step;
  pass.token_begin += repetitions * run.token_step;
  pass.y_begin += static_cast<int32_t>(repetitions) * run.y_step;
  pass.psum_tile += static_cast<int32_t>(repetitions) * run.psum_tile_step;
}

auto place_of(const Pass& p) { return std::tie(p.k_begin, p.m_begin, p.token_begin, p.y_begin, p.psum_tile); }

// Whether `pass` is the run's next; a run of one takes any step.
bool extends(PassRun& run, const Pass& pass) {
  if (work_of(run.pass) != work_of(pass)) return false;
  if (run.count == 1) {
    run.k_step = pass.k_begin - run.pass.k_begin;
    run.m_step = pass.m_begin - run.pass.m_begin;
    run.token_step = pass.token_begin - run.pass.token_begin;
    run.y_step = pass.y_begin - run.pass.y_begin;
    run.psum_tile_step = pass.psum_tile - run.pass.psum_tile;
    return true;
  }
  Pass next = run.pass;
  move(next, run, run.count);
  return place_of(next) == place_of(pass);
}

}  // namespace

ScheduleBuilder::ScheduleBuilder(Schedule& schedule)
    : schedule_(schedule), writers_(static_cast<size_t>(schedule.psum_tiles)) {}

void ScheduleBuilder::add(const Pass& unlinked) {
  Pass pass = unlinked;
  Writers& writers = writers_[static_cast<size_t>(pass.psum_tile)];
  const auto back = [&](int64_t writer) { return writer < 0 ? 0 : passes_ - writer; };
  if (!pass.keeps_psums) {
    pass.psum_back = pass.psum_in ? back(writers.psums) : 0;
    pass.total_back = pass.total_in ? back(writers.totals) : 0;
    pass.output_back = back(writers.outputs);
    writers.outputs = -1;
    (pass.output ? writers.outputs : pass.ends_group ? writers.totals : writers.psums) = passes_;
  }
  ++passes_;
  schedule_.rows = std::max(schedule_.rows, pass.rows);
  schedule_.cols = std::max(schedule_.cols, pass.cols());
  if (!schedule_.runs.empty() && extends(schedule_.runs.back(), pass))
    ++schedule_.runs.back().count;
  else
    schedule_.runs.push_back({pass, 1, 0, 0, 0, 0, 0});
}

void PassCursor::load() {
  if (done()) return;
  const PassRun& run = schedule_->runs[run_];
  pass_ = run.pass;
  move(pass_, run, repetition_);
}

void PassCursor::next() {
  ++index_;
  if (++repetition_ == schedule_->runs[run_].count) {
    repetition_ = 0;
    ++run_;
  }
  load();
}

void PassCursor::seek(int64_t index) {
  int64_t first = index_ - repetition_;
  while (first > index) first -= schedule_->runs[--run_].count;
  while (!done() && first + schedule_->runs[run_].count <= index) first += schedule_->runs[run_++].count;
  index_ = index;
  repetition_ = index - first;
  load();
}

std::string work_key(const Pass& pass) {
  std::string key;
  const auto append = [&](const auto& field) {
    key.append(reinterpret_cast<const char*>(&field), sizeof field);
  };
  std::apply([&](const auto&... fields) { (append(fields), ...); }, work_of(pass));
  return key;
}

int64_t pass_count(const Schedule& schedule) {
  int64_t passes = 0;
  for (const PassRun& run : schedule.runs) passes += run.count;
  return passes;
}

}  // namespace eyeshift
