#pragma once

#include <string>

#include "models/types/accelerator.h"
#include "models/types/result.h"
#include "models/types/schedule.h"
#include "sim/workload/task.h"

namespace eyeshift {

// Runs a layer's schedule, timing only, as run_machine() does, and writes the files, each whole or not at
// all. `notes` gets a line for each that does not show everything. Throws InputError also where a file cannot
// be written.
LayerResult run_and_look(const AcceleratorConfig& accelerator, const Schedule& schedule, bool fast_forward,
                         const Look& look, std::string& notes);

}  // namespace eyeshift
