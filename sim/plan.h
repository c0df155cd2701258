#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "energy_tables/table.h"
#include "sim/replay.h"
#include "sim/simulate.h"

namespace eyeshift {

// The jobs of one task and, for each of its layers, which of them it is.
struct Plan {
  std::vector<ReplayJob> jobs;
  std::vector<int64_t> cycles;  // expected of each
  std::vector<size_t> job_of_layer;
};

// What a task takes: its mappings given or searched, in at most `parallel` child processes where all are
// tried, and layers that are alike one job; with values every layer its own, without its inputs. Throws
// InputError where the task names what the workload or the accelerator does not have, or a layer fits no
// mapping.
Plan plan(const SimulateTask& task, const EnergyTable& table, int parallel, bool with_values);

}  // namespace eyeshift
