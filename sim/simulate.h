#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataflows/dataflow.h"
#include "energy_tables/table.h"
#include "sim/choose_mapping.h"
#include "sim/look.h"
#include "sim/report.h"
#include "sim/workload.h"

namespace eyeshift {

struct SimulateOptions {
  std::string dataflow = "row-stationary";
  std::string unit;     // empty: of the accelerator's units, the first that runs the layer
  int64_t tokens = 1;   // a sequence
  int64_t batch = 1;    // sequences, or images, at once
  int64_t context = 0;  // positions that a token attends; 0: the network's layers alone
  bool fast_forward = true;
  Objective objective = Objective::energy_time;  // of the search for mappings
  Search search = Search::quick;
  std::map<std::string, Mapping> mappings;  // by layer name; the others are searched
  Look look;                                // timing runs only
  std::string look_layer;                   // at which layer; may be empty where there is one only
  bool utilisation = false;                 // report how long each PE was busy
};

// A workload on a machine.
struct SimulateTask {
  AcceleratorConfig accelerator;
  Workload workload;
  SimulateOptions options;
};

// Values of functional runs by layer name, as half-precision bits.
using LayerValues = std::map<std::string, std::vector<uint16_t>>;

struct FunctionalRun {
  LayerValues inputs;   // [tokens, K], as formed_inputs() has them
  LayerValues outputs;  // [tokens, M], filled by simulate()
};

// Which unit of the accelerator runs a layer: `asked`, else mac-fp16 where the accelerator has it beside;
// without `asked` the first unit in its list that can. Throws InputError with every unit's reason where none
// does.
std::string unit_for(const LayerShape& shape, const Encoding& encoding, const AcceleratorConfig& accelerator,
                     const std::string& asked);

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
