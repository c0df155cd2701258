#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "energy_tables/table.h"
#include "sim/workload/task.h"

namespace eyeshift {

// Which unit of the accelerator runs a layer: `asked`, else mac-fp16 where the accelerator has it beside;
// without `asked` the first unit in its list that can. Throws InputError with every unit's reason where none
// does.
std::string unit_for(const LayerShape& shape, const Encoding& encoding, const AcceleratorConfig& accelerator,
                     const std::string& asked);

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
