#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/machine/machine_modules.h"
#include "models/machine/pass_log.h"

namespace eyeshift {

// Exact fast-forward. A timing run pauses whenever a pass ends. Its state then, relative to the pass and to
// now, and the kinds of the passes that the modules have begun to look at decide what it does until the
// next pause, together with the kinds of the passes that they come to look at meanwhile, and the classes of
// those that the filter network delivers. So where all of
// these have been seen before, time, counts and passes advance by what happened then, and the machine takes
// the state that it had then; where not, it runs, and what it does is kept.
class FastForward {
 public:
  // When what is kept has come to more than `most_bytes`, the machine runs on and skips nothing more.
  FastForward(Machine<false>& machine, PassClasses& classes, PassLog& log, size_t most_bytes = kMostBytes);

  static constexpr size_t kMostBytes = size_t{48} << 20;

  // At a pause, after the log has been brought up to date.
  void advance();

  // Of the states and steps that are kept.
  size_t kept_bytes() const { return kept_bytes_; }

 private:
  // All that happened up to a pause.
  struct Totals {
    int64_t ticks = 0, passes = 0;
    ActionCounts actions;
    ArrayCounters array;
    int64_t glb_beats = 0, dram_beats = 0, blocked_cycles = 0;
  };
  // From one pause to the next.
  struct Step {
    std::vector<int32_t> kinds;    // of the passes that came into view
    std::vector<int32_t> classes;  // of the passes that the filter network came to
    size_t to = 0;                 // the state that it ends in
    Totals totals;
    std::vector<PassLog::Entry> passes;

    size_t bytes() const {
      return sizeof *this + (kinds.size() + classes.size()) * sizeof(int32_t) +
             passes.size() * sizeof(PassLog::Entry);
    }
  };
  struct State {
    const std::string* key = nullptr;  // in the index: the machine's state and the passes in view
    // Relative to the first pass that has not ended.
    int64_t filter_pass = 0;  // that the filter network delivers
    int64_t end_pass = 0;     // behind those in view
    std::vector<Step> steps;
  };
  using Index = std::unordered_map<std::string, size_t>;

  Totals totals() const;
  size_t find_state(std::string& bytes, int64_t first_pass, int64_t end_pass);
  bool alike(const Step& step, const State& from) const;
  const Step* known_step(const State& state) const;
  void record_step(size_t to, int64_t end_pass, std::vector<PassLog::Entry> passes);
  void apply(const Step& step);

  Machine<false>& machine_;
  PassClasses& classes_;
  PassLog& log_;
  std::vector<State> states_;
  Index index_;
  const size_t most_bytes_;
  size_t kept_bytes_ = 0;

  // The pause before.
  bool running_ = false;
  size_t from_ = 0;
  Totals before_;
};

}  // namespace eyeshift
