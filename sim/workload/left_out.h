#pragma once

#include "sim/workload/task.h"

namespace eyeshift {

// Leaves out of the task's workload and mappings every layer that no pattern of options.only names, and notes
// the names of those left out. What comes with a layer, such as its rotations (LAYER.rotate_inputs), stays
// with it. Without a pattern nothing is left out. Throws InputError where a pattern names no layer.
void leave_out(SimulateTask& task);

}  // namespace eyeshift
