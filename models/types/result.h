#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/types/action_counts.h"

namespace eyeshift {

// What limits the speed of a pass: the resource that the pass's own work keeps busy longest.
enum class Bound : uint8_t { compute, dram, filter_noc, input_noc, psum_in_noc, psum_out_noc };
inline constexpr size_t kBounds = 6;
const char* bound_name(Bound bound);

// Passes in schedule order with the same work for the resource that bounds them and, among the first some
// thousand runs, of the same length; run-length coded. A pass ends when its last result has left the array;
// its cycles count from the end of the pass before.
struct PassRunResult {
  int64_t first_pass = 0;
  int64_t passes = 0;
  int64_t cycles = 0;  // of all
  int64_t cycles_least = 0,
          cycles_most = 0;  // of one: they differ with the clocks' phases and at a run's ends
  int64_t work_cycles = 0;  // of one: so long its resource is busy, the rest is ramp and stalls
  Bound bound_by = Bound::compute;

  // Calls field(key, member) for every member, as LayerResult::visit() does.
  template <typename Run, typename Field>
  static void visit(Run& run, const Field& field) {
    field("first_pass", run.first_pass);
    field("passes", run.passes);
    field("cycles", run.cycles);
    field("cycles_least", run.cycles_least);
    field("cycles_most", run.cycles_most);
    field("work_cycles", run.work_cycles);
    field("bound_by", run.bound_by);
  }
};

// One layer's simulation, as counted by the machine.
struct LayerResult {
  int64_t cycles = 0;        // core cycles from the first request to the last output's arrival in DRAM
  int64_t ticks = 0;         // the same on the time base
  int64_t macs = 0;          // weight-input pairs consumed, K M N
  int64_t padding_macs = 0;  // pairs that padding added
  int64_t gated_macs = 0;    // pairs, padding's too, that a zero input spared; the machine leaves it 0
  int active_pes = 0;        // the most PEs that held work in one pass
  int64_t busy_pe_cycles = 0;
  std::vector<int64_t> pe_busy_cycles;  // of every PE of the array, row by row from the bottom
  int64_t evaluated_cycles = 0;         // core cycles at which the array was evaluated; skipped ones are not
  int64_t exposed_dram_cycles = 0;      // core cycles in which the array had to wait for DRAM
  Bound bound_by = Bound::compute;
  ActionCounts actions;
  std::vector<PassRunResult> passes;
  double checks_s = 0;  // of the simulator's time, what the checks of conservation took

  // Calls field(key, member) for every member of a result, constant or not. The keys are those of reports,
  // the order is theirs.
  template <typename Result, typename Field>
  static void visit(Result& result, const Field& field) {
    field("macs", result.macs);
    field("padding_macs", result.padding_macs);
    field("gated_macs", result.gated_macs);
    field("cycles", result.cycles);
    field("ticks", result.ticks);
    field("active_pes", result.active_pes);
    field("busy_pe_cycles", result.busy_pe_cycles);
    field("evaluated_cycles", result.evaluated_cycles);
    field("exposed_dram_cycles", result.exposed_dram_cycles);
    field("bound_by", result.bound_by);
    field("pe_busy_cycles", result.pe_busy_cycles);
    field("actions", result.actions);
    field("passes", result.passes);
    field("checks_s", result.checks_s);
  }
};

}  // namespace eyeshift
