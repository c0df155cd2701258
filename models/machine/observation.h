#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/machine/look/timeline.h"
#include "models/passes/array_region.h"

namespace eyeshift {

// A waveform to be traced by SystemC.
struct WaveformTask {
  std::string stem;          // of the file, to which SystemC adds ".vcd"; its times are ticks
  std::vector<PePlace> pes;  // empty: the first and the last PE that the layer uses; filled in by the run
  int64_t cycles = 0;        // core cycles from the start
  bool cut = false;          // filled in by the run: it was longer
};

// How a timing run is to be looked at; nullptr: not that way.
struct Observation {
  Timeline* timeline = nullptr;
  WaveformTask* waveform = nullptr;
};

}  // namespace eyeshift
