#pragma once

#include <string>
#include <vector>

#include "energy_tables/table.h"
#include "sim/report/report.h"
#include "sim/workload/task.h"

namespace eyeshift {

// A line that says how many cycles are to be evaluated and roughly how long `parallel` processes take over
// them; "" where one process takes at most 10 s.
std::string forecast(int64_t cycles, int parallel);

// Simulates the layers of all tasks in at most `parallel` child processes at once. Layers of a task that are
// alike in shape, encoding, mapping and tokens are simulated once and each gets the result. The reports, in
// the order of the tasks, are priced with `tables`, the first of which also chooses mappings. A forecast() of
// what is not fast-forwarded goes to standard error. With `functional` there is one task, and every layer is
// simulated with its values. Throws InputError before anything is simulated.
std::vector<RunReport> simulate(const std::vector<SimulateTask>& tasks,
                                const std::vector<EnergyTable>& tables, int parallel,
                                FunctionalRun* functional = nullptr);

}  // namespace eyeshift
