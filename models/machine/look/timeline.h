#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/machine/wires/observer.h"

namespace eyeshift {

// When each port was busy, as intervals. At most so many: where there would be more, neighbours are merged
// over gaps that are twice as long as before, until half as many are left.
class Timeline : public Observer {
 public:
  struct Interval {
    int64_t begin = 0, end = 0;  // ticks
    int64_t busy_cycles = 0;     // of the port's clock, in between
  };

  // most_intervals: at least 2 * kPorts.
  explicit Timeline(int64_t most_intervals);

  void moved(Port port, int64_t tick, int64_t ticks) override;

  const std::vector<Interval>& of(Port port) const { return intervals_[static_cast<size_t>(port)]; }
  // The longest gap within an interval.
  int64_t merged_ticks() const { return merged_ticks_; }

 private:
  void coarsen(int64_t ticks);

  const int64_t most_;
  int64_t count_ = 0;
  int64_t merged_ticks_ = 0;
  std::array<std::vector<Interval>, kPorts> intervals_;
};

}  // namespace eyeshift
