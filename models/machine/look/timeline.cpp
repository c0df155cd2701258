#include "models/machine/look/timeline.h"

#include <algorithm>

namespace eyeshift {

Timeline::Timeline(int64_t most_intervals)
    : most_(std::max(most_intervals, static_cast<int64_t>(2 * kPorts))) {}

void Timeline::moved(Port port, int64_t tick, int64_t ticks) {
  std::vector<Interval>& intervals = intervals_[static_cast<size_t>(port)];
  if (!intervals.empty() && tick - intervals.back().end <= merged_ticks_) {
    intervals.back().end = tick + ticks;
    ++intervals.back().busy_cycles;
    return;
  }
  intervals.push_back({tick, tick + ticks, 1});
  if (++count_ > most_) coarsen(ticks);
}

void Timeline::coarsen(int64_t ticks) {
  while (count_ > most_ / 2) {
    merged_ticks_ = std::max(2 * merged_ticks_, ticks);
    count_ = 0;
    for (std::vector<Interval>& intervals : intervals_) {
      size_t last = 0;
      for (size_t i = 1; i < intervals.size(); ++i) {
        if (intervals[i].begin - intervals[last].end <= merged_ticks_) {
          intervals[last].end = intervals[i].end;
          intervals[last].busy_cycles += intervals[i].busy_cycles;
        } else {
          intervals[++last] = intervals[i];
        }
      }
      if (!intervals.empty()) intervals.resize(last + 1);
      count_ += static_cast<int64_t>(intervals.size());
    }
  }
}

}  // namespace eyeshift
