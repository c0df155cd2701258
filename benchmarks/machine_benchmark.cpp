#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "configs/loaders/accelerator_reader.h"
#include "configs/loaders/network_reader.h"
#include "dataflows/dataflow.h"
#include "energy_tables/table.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"
#include "sim/plan/choose_mapping.h"
#include "sim/replay/replay.h"
#include "sim/simulate.h"

namespace eyeshift {
namespace {

// Evaluated core cycles a second of the 12 x 14 array in timing mode: one layer on mac-fp16, every pass
// evaluated, in a child process, as all simulations are. The DRAM link runs at the core's clock, so that the
// array and not the link is the limit; pe_busy is the part of PE cycles in which a PE worked.
void evaluated_cycles(benchmark::State& state) {
  AcceleratorConfig accelerator = specialised(load_accelerator("eyeriss-168", listed_units()), "mac-fp16");
  accelerator.clocks.dram_Hz = accelerator.clocks.core_Hz;
  ReplayJob job;
  job.shape = {"layer", 264, 336, 1};
  job.tokens = state.range(0);
  job.unit = "mac-fp16";
  job.mapping = {336, 56, 1, 12,
                 9,   12, 14};  // half a filter scratchpad: the next pass's weights come meanwhile
  job.fast_forward = false;
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

MappingEstimate fastest_mapping(const AcceleratorConfig& accelerator, const ReplayJob& job) {
  const Dataflow& dataflow = Registry<Dataflow>::instance().find(job.dataflow, "dataflow");
  return choose_mapping(dataflow, job.shape, job.encoding, job.tokens, accelerator, job.unit,
                        load_table("horowitz-cacti-45nm-lstp"), Objective::time);
}

// Processor time of all children that have ended.
double children_cpu_s() {
  rusage use{};
  getrusage(RUSAGE_CHILDREN, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

// Replays a job time and again: the processor time of the child process that simulates it, and the share of
// its time that the checks of conservation take.
void replays(benchmark::State& state, const AcceleratorConfig& accelerator, const ReplayJob& job) {
  double checks_s = 0, wall_s = 0;
  for (auto _ : state) {
    const double before = children_cpu_s();
    const ReplayResult replayed = replay(accelerator, {job}, 1).front();
    state.SetIterationTime(children_cpu_s() - before);
    checks_s += replayed.result.checks_s;
    wall_s += replayed.wall_s;
    state.counters["cycles"] = static_cast<double>(replayed.result.cycles);
    state.counters["evaluated"] = static_cast<double>(replayed.result.evaluated_cycles);
  }
  state.counters["checks"] = checks_s / wall_s;
}

// 128 tokens through a layer of 768 x 768 on 16 x 16 PEs with mac-fp16, every cycle evaluated (0) or
// fast-forwarded (1), with the fastest mapping that the search finds.
void layer_128_768_768(benchmark::State& state) {
  AcceleratorConfig accelerator = specialised(load_accelerator("eyeriss-168", listed_units()), "mac-fp16");
  accelerator.array.rows = accelerator.array.cols = 16;
  ReplayJob job;
  job.shape = {"layer", 768, 768, 1, {}, 0, 0};
  job.tokens = 128;
  job.unit = "mac-fp16";
  job.fast_forward = state.range(0) != 0;
  job.mapping = fastest_mapping(accelerator, job).mapping;
  replays(state, accelerator, job);
}
BENCHMARK(layer_128_768_768)->Arg(0)->Arg(1)->UseManualTime()->Unit(benchmark::kMillisecond);

// The widest layer of OPT-66B for one token, fast-forwarded: where checks, which know no shortcut, weigh
// most.
void decoded_fc1(benchmark::State& state, const char* scheme, const char* unit) {
  const AcceleratorConfig accelerator = specialised(load_accelerator("eyeriss-168", listed_units()), unit);
  ReplayJob job;
  job.shape = {"fc1", 9216, 36864, 1, {}, 0, 0};
  job.unit = unit;
  QuantizeOptions options;
  options.bits = 3;
  job.encoding = Registry<Quantizer>::instance().find(scheme, "scheme").encoding(job.shape, options);
  job.mapping = fastest_mapping(accelerator, job).mapping;
  replays(state, accelerator, job);
}
BENCHMARK_CAPTURE(decoded_fc1, fp16, "fp16", "mac-fp16")->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decoded_fc1, shiftaddllm, "shiftaddllm-block", "lut")
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// One decoded token of a network, mappings searched and every layer simulated, in so many processes.
void decoded_token(benchmark::State& state, const char* network, const char* scheme, int bits,
                   const char* unit) {
  SimulateTask task;
  task.accelerator = specialised(load_accelerator("eyeriss-168", listed_units()), unit);
  QuantizeOptions options;
  options.bits = bits;
  task.workload = workload_of(load_network(network), scheme, options);
  task.options.unit = unit;
  const std::vector<EnergyTable> tables = {load_table("horowitz-cacti-45nm-lstp")};
  int64_t cycles = 0, evaluated = 0;
  for (auto _ : state) {
    const RunReport run = simulate({task}, tables, static_cast<int>(state.range(0))).front();
    cycles = sums(run).cycles;
    evaluated = run.simulator.evaluated_cycles;
  }
  state.counters["cycles"] = static_cast<double>(cycles);
  state.counters["evaluated"] = static_cast<double>(evaluated);
}
BENCHMARK_CAPTURE(decoded_token, opt_66b_fp16, "opt-66b", "fp16", 16, "mac-fp16")
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decoded_token, opt_66b_shiftaddllm, "opt-66b", "shiftaddllm-block", 3, "shift-add")
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decoded_token, opt_66b_shiftaddllm_lut, "opt-66b", "shiftaddllm-block", 3, "lut")
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eyeshift
