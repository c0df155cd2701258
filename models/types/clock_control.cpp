#include "models/types/clock_control.h"

#include <algorithm>

namespace eyeshift {
namespace {

// Counts of all actions at places of a kind.
template <typename IsKind>
int64_t sum_at(const ActionCounts& actions, IsKind is_kind) {
  int64_t sum = 0;
  for (size_t i = 0; i < kActionCount; ++i)
    if (is_kind(kActionInfo[i].place)) sum += actions.n[i];
  return sum;
}

}  // namespace

void count_clock_and_control(const AcceleratorConfig& accelerator, int64_t cycles, int64_t busy_pe_cycles,
                             int64_t gated_pe_cycles, ActionCounts& actions) {
  actions[Action::clock_cycle_pes] = cycles * accelerator.array.rows * accelerator.array.cols;
  actions[Action::control_chip_cycles] = cycles;
  actions[Action::control_gated_pes] = gated_pe_cycles;
  actions[Action::control_active_pes] = busy_pe_cycles - gated_pe_cycles;
  actions[Action::fifo_pass_words] = sum_at(actions, is_network);
  actions[Action::io_transfer_bytes] = sum_at(actions, [](Place place) { return place == Place::dram; });
}

void count_clock_and_control(const AcceleratorConfig& accelerator, LayerResult& result) {
  const int64_t gated = std::min(result.gated_macs, result.busy_pe_cycles);
  count_clock_and_control(accelerator, result.cycles, result.busy_pe_cycles, gated, result.actions);
}

}  // namespace eyeshift
