#include <benchmark/benchmark.h>

#include "configs/loaders/accelerator_reader.h"
#include "dataflows/dataflow.h"
#include "sim/replay.h"

namespace eyeshift {
namespace {

// Evaluated core cycles a second of the 12 x 14 array in timing mode: one layer on mac-fp16, every pass
// evaluated, in a child process, as all simulations are. The DRAM link runs at the core's clock, so that the
// array and not the link is the limit; pe_busy is the part of PE cycles in which a PE worked.
void evaluated_cycles(benchmark::State& state) {
  AcceleratorConfig accelerator = specialised(
      load_accelerator("eyeriss-168", {"mac-fp16", "mac-int8", "dequant-mac", "shift-add", "lut"}),
      "mac-fp16");
  accelerator.clocks.dram_Hz = accelerator.clocks.core_Hz;
  ReplayJob job;
  job.shape = {"layer", 264, 336, 1};
  job.tokens = state.range(0);
  job.unit = "mac-fp16";
  job.mapping = {336, 56, 1, 12,
                 9,   12, 14};  // half a filter scratchpad: the next pass's weights come meanwhile
  int64_t cycles = 0, busy = 0, evaluated = 0;
  for (auto _ : state) {
    const ReplayResult replayed = replay(accelerator, {job}, 1).front();
    state.SetIterationTime(replayed.wall_s);
    cycles += replayed.result.cycles;
    evaluated += replayed.result.evaluated_cycles;
    busy += replayed.result.busy_pe_cycles;
  }
  state.counters["evaluated_cycles_per_s"] =
      benchmark::Counter(static_cast<double>(evaluated), benchmark::Counter::kIsRate);
  state.counters["cycles"] = static_cast<double>(cycles) / static_cast<double>(state.iterations());
  state.counters["pe_busy"] = static_cast<double>(busy) / (168.0 * static_cast<double>(cycles));
}
BENCHMARK(evaluated_cycles)->Arg(3584)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eyeshift
