#pragma once

#include "models/machine/observation.h"
#include "models/types/accelerator.h"
#include "models/types/memory_image.h"
#include "models/types/result.h"
#include "models/types/schedule.h"

namespace eyeshift {

// Runs one layer's schedule on the machine, cycle by cycle, to the last output's arrival in DRAM. With an
// image values flow too (functional run); without, only their transfers and times (timing run): cycles and
// counts are the same. With `fast_forward` a timing run skips what it has seen before: cycles and counts are
// the same again, only evaluated_cycles is smaller. Elaborates a SystemC model, so it can be called once a
// process. Checks conservation on every run; throws InternalError with the state of every module where
// something was lost or work remains and no event is pending.
//
// A timing run can be looked at: with a timeline every cycle is evaluated, with a waveform those that it
// shows. Throws InputError where a PE of the waveform takes no part in the layer.
LayerResult run_machine(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image,
                        bool fast_forward = true, const Observation& observation = {});

}  // namespace eyeshift
