#pragma once

#include <optional>

#include "models/machine/look/waveform.h"
#include "models/machine/machine_modules.h"
#include "models/machine/observation.h"

namespace eyeshift {

// What looks at a machine while it runs: nothing, a timeline, a waveform or both.
class RunObserver : public Observer {
 public:
  // Before the simulation starts. Throws InputError where a PE of the waveform takes no part in the layer.
  RunObserver(Machine<false>& machine, const Observation& observation);

  void moved(Port port, int64_t tick, int64_t ticks) override;

  // At a pause, or at the end: whether it has to see what comes. Ends the waveform where its cycles are over.
  bool looks_on();

 private:
  void start_waveform();

  Machine<false>& machine_;
  Observation observation_;
  std::optional<Waveform> waveform_;
};

}  // namespace eyeshift
