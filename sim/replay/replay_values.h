#pragma once

#include <vector>

#include "sim/plan/plan.h"
#include "sim/replay/replay.h"
#include "sim/workload/task.h"

namespace eyeshift {

// Replays a task on values: the products that compute a layer one after the other, each on the outputs of
// the one before, those of different layers side by side in at most `parallel` child processes; then, where
// the accelerator compresses feature maps, once more for the time that these values take. Fills
// functional.outputs and the zero fractions of the task's layers. Results are by the plan's jobs.
std::vector<ReplayResult> replay_values(SimulateTask& task, const Plan& plan, int parallel,
                                        FunctionalRun& functional);

}  // namespace eyeshift
