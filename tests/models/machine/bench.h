#pragma once

#include <string>
#include <vector>

#include "models/machine/wires/layer_plan.h"
#include "models/machine/wires/tick_scheduler.h"

namespace eyeshift::testing {

// A machine so small that its cycles can be counted by hand: both clocks have ticks of 1, a DRAM burst is a
// beat of the link, and link, ports and networks have 64 bits, the network of inputs 16.
AcceleratorConfig small_machine();

// A pass of a linear layer: chains of `rows` PEs in `sets` columns, a PE with so many inputs and outputs.
Pass linear_pass(int rows, int sets, int inputs, int outputs, int tokens = 1);

// A schedule of these passes with half-precision weights, two slots of inputs and `tiles` tiles of partial
// sums.
Schedule schedule_of(const std::vector<Pass>& passes, int tiles = 1);

// The same with int8 weights and inputs.
Schedule int8_schedule_of(const std::vector<Pass>& passes);

// What a module under test is built from.
struct Bench {
  Bench(const AcceleratorConfig& config, const Schedule& passes)
      : accelerator(config), schedule(passes), plan(accelerator, schedule) {}
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  const AcceleratorConfig accelerator;
  const Schedule schedule;
  const LayerPlan plan;
  ActionCounts counts;
};

// A module's state, as fast-forward would keep it at pass 0 and time 0; and back.
template <typename Module>
std::string saved(Module& module) {
  std::string bytes;
  StateArchive archive(bytes, 0, 0, 0);
  module.visit(archive);
  return bytes;
}
template <typename Module>
void restore(Module& module, const std::string& bytes) {
  StateArchive archive(bytes, 0, 0, 0);
  module.visit(archive);
}

}  // namespace eyeshift::testing
