#include "models/machine/fast_forward.h"

namespace eyeshift {

FastForward::FastForward(Machine<false>& machine, PassClasses& classes, PassLog& log, size_t most_bytes)
    : machine_(machine), classes_(classes), log_(log), most_bytes_(most_bytes) {
  machine_.array.pause_at_pass_ends();
}

FastForward::Totals FastForward::totals() const {
  Totals now;
  now.ticks = machine_.scheduler.now();
  now.passes = log_.passes();
  now.actions = machine_.counts;
  now.array = machine_.array.counters();
  now.glb_beats = machine_.glb.written_beats();
  now.dram_beats = machine_.dram.written_beats();
  now.blocked_cycles = machine_.glb.blocked_cycles();
  return now;
}

void FastForward::advance() {
  if (kept_bytes_ > most_bytes_) {
    running_ = false;
    return;
  }
  const int64_t base = log_.passes();
  std::string bytes;
  StateArchive archive(bytes, base, machine_.scheduler.now(), machine_.scheduler.cycle());
  machine_.visit(archive);
  size_t at = find_state(bytes, archive.first_pass(), archive.end_pass());
  std::vector<PassLog::Entry> passes = log_.take_recent();
  if (running_) record_step(at, archive.end_pass(), std::move(passes));

  bool skipped = false;
  while (const Step* step = known_step(states_[at])) {
    apply(*step);
    at = step->to;
    skipped = true;
  }
  if (skipped) {
    StateArchive reader(*states_[at].key, log_.passes(), machine_.scheduler.now(),
                        machine_.scheduler.cycle());
    machine_.visit(reader);
  }
  running_ = true;
  from_ = at;
  before_ = totals();
}

size_t FastForward::find_state(std::string& bytes, int64_t first_pass, int64_t end_pass) {
  std::string key = std::move(bytes);
  const auto append = [&](int32_t number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  for (int64_t pass = first_pass; pass < end_pass; ++pass) append(classes_.kind_of(log_.passes() + pass));
  append(classes_.of(machine_.noc.filter_pass()));
  const auto [found, added] = index_.emplace(std::move(key), states_.size());
  if (added) {
    kept_bytes_ += found->first.size() + sizeof(Index::value_type) + sizeof(State);
    states_.push_back({&found->first, machine_.noc.filter_pass() - log_.passes(), end_pass, {}});
  }
  return found->second;
}

void FastForward::record_step(size_t to, int64_t end_pass, std::vector<PassLog::Entry> passes) {
  const Totals now = totals();
  Step step;
  const State& from = states_[from_];
  for (int64_t pass = before_.passes + from.end_pass; pass < now.passes + end_pass; ++pass)
    step.kinds.push_back(classes_.kind_of(pass));
  for (int64_t pass = before_.passes + from.filter_pass + 1; pass <= machine_.noc.filter_pass(); ++pass)
    step.classes.push_back(classes_.of(pass));
  step.to = to;
  step.totals.ticks = now.ticks - before_.ticks;
  step.totals.actions = now.actions;
  step.totals.actions.add(before_.actions, -1);
  step.totals.array = now.array - before_.array;
  step.totals.glb_beats = now.glb_beats - before_.glb_beats;
  step.totals.dram_beats = now.dram_beats - before_.dram_beats;
  step.totals.blocked_cycles = now.blocked_cycles - before_.blocked_cycles;
  step.passes = std::move(passes);
  kept_bytes_ += step.bytes();
  states_[from_].steps.push_back(std::move(step));
}

// Whether the passes that would come into view and to the filter network are those of the step.
bool FastForward::alike(const Step& step, const State& from) const {
  int64_t pass = log_.passes() + from.end_pass;
  for (const int32_t kind : step.kinds)
    if (classes_.kind_of(pass++) != kind) return false;
  pass = log_.passes() + from.filter_pass + 1;
  for (const int32_t pass_class : step.classes)
    if (classes_.of(pass++) != pass_class) return false;
  return true;
}

const FastForward::Step* FastForward::known_step(const State& state) const {
  for (const Step& step : state.steps)
    if (alike(step, state)) return &step;
  return nullptr;
}

void FastForward::apply(const Step& step) {
  for (const PassLog::Entry& pass : step.passes) log_.repeated(pass);
  machine_.scheduler.skip(step.totals.ticks);
  machine_.counts.add(step.totals.actions);
  machine_.array.add(step.totals.array);
  machine_.glb.add(step.totals.glb_beats, step.totals.blocked_cycles);
  machine_.dram.add_written_beats(step.totals.dram_beats);
}

}  // namespace eyeshift
