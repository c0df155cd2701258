#include "models/machine/pass_log.h"

#include <algorithm>

namespace eyeshift {
namespace {

// So many runs have passes of one length each; later ones, of the same work only, so that memory stays
// bounded.
constexpr size_t kMostRunsByLength = 1 << 13;

}  // namespace

void PassLog::ended(int64_t cycle) {
  const auto filled = filled_at_.find(passes_);
  const int64_t exposed = filled == filled_at_.end() ? 0 : std::max<int64_t>(0, filled->second - last_end_);
  filled_at_.erase(filled_at_.begin(), filled_at_.upper_bound(passes_));
  const Entry entry{cycle - last_end_, std::min(exposed, cycle - last_end_)};
  add(entry);
  if (keeps_recent_) recent_.push_back(entry);
}

void PassLog::add(const Entry& entry) {
  const PassWork& work = classes_.work(classes_.of(passes_));
  const Bound bound = work.bound();
  last_end_ += entry.cycles;
  exposed_dram_ += entry.exposed_dram;
  bound_cycles_[static_cast<size_t>(bound)] += entry.cycles;
  const auto extends = [&](const PassRunResult& run) {
    const bool same_length = run.cycles_least == entry.cycles && run.cycles_most == entry.cycles;
    return run.bound_by == bound && run.work_cycles == work.cycles() &&
           (same_length || runs_.size() >= kMostRunsByLength);
  };
  if (runs_.empty() || !extends(runs_.back()))
    runs_.push_back({passes_, 0, 0, entry.cycles, entry.cycles, work.cycles(), bound});
  PassRunResult& run = runs_.back();
  ++run.passes;
  run.cycles += entry.cycles;
  run.cycles_least = std::min(run.cycles_least, entry.cycles);
  run.cycles_most = std::max(run.cycles_most, entry.cycles);
  ++passes_;
}

Bound PassLog::bound_by() const {
  return static_cast<Bound>(std::max_element(bound_cycles_.begin(), bound_cycles_.end()) -
                            bound_cycles_.begin());
}

}  // namespace eyeshift
