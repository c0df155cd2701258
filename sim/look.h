#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/spec/accelerator.h"
#include "models/spec/result.h"
#include "models/spec/schedule.h"
#include "models/units/array_region.h"

namespace eyeshift {

// The files in which a layer's run can be looked at; an empty name: not that one.
struct Look {
  std::string waveform;      // VCD
  std::vector<PePlace> pes;  // in the waveform; empty: the first and the last that the layer uses
  int64_t waveform_cycles = 100000;
  std::string timeline;  // trace events, JSON

  bool asked() const { return !waveform.empty() || !timeline.empty(); }
};

// Runs a layer's schedule, timing only, as run_machine() does, and writes the files, each whole or not at
// all. `notes` gets a line for each that does not show everything. Throws InputError also where a file cannot
// be written.
LayerResult run_and_look(const AcceleratorConfig& accelerator, const Schedule& schedule, bool fast_forward,
                         const Look& look, std::string& notes);

}  // namespace eyeshift
