#pragma once

#include <string>

#include "models/machine/look/timeline.h"
#include "models/types/accelerator.h"
#include "models/types/result.h"

namespace eyeshift {

inline constexpr int64_t kMostTimelineIntervals = 100000;
inline constexpr int64_t kMostTimelinePasses = 20000;

// A run as trace events for Perfetto or chrome://tracing: an array of complete events, times in microseconds,
// a track a port and one of passes. A pass lasts from the end of the pass before to its own; where there are
// more than kMostTimelinePasses, an event stands for several, one after the other.
std::string timeline_json(const Timeline& timeline, const LayerResult& result,
                          const AcceleratorConfig& accelerator, const std::string& title);

}  // namespace eyeshift
