#include "sim/simulate.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <thread>

#include "base/errors.h"
#include "base/files/text_table.h"
#include "base/progress.h"
#include "models/pe/gating.h"
#include "models/pe/unit.h"
#include "models/types/clock_control.h"
#include "sim/plan/plan.h"
#include "sim/replay/replay.h"
#include "sim/replay/replay_values.h"
#include "sim/workload/left_out.h"
#include "sim/workload/token_work.h"

namespace eyeshift {
namespace {

LayerReport report_of(const WorkItem& item, const ReplayJob& job, const LayerResult& result,
                      const AcceleratorConfig& accelerator) {
  LayerReport layer;
  layer.shape = item.shape;
  layer.kind = item.kind;
  layer.encoding = item.encoding;
  layer.tokens = job.tokens;
  layer.unit = job.unit;
  layer.mapping = job.mapping;
  layer.bits_per_weight = bits_per_weight(item.shape, item.encoding);
  layer.result = result;
  gate_zero_inputs(item.shape, job.tokens, Registry<Unit>::instance().find(job.unit, "unit"), layer.result);
  count_clock_and_control(accelerator, layer.result);
  if (item.kind == LayerKind::vector) layer.result.macs = 0;  // its pairs are elements without a weight
  layer.time_s = static_cast<double>(result.ticks) / static_cast<double>(time_base(accelerator).ticks_Hz);
  return layer;
}

RunReport report_of(const SimulateTask& task, const Plan& plan, const std::vector<ReplayResult>& results,
                    const std::vector<EnergyTable>& tables) {
  RunReport run;
  run.network = task.workload.network;
  run.scheme = task.workload.scheme;
  run.bits = task.workload.bits;
  run.unit = task.options.unit;
  run.dataflow = task.options.dataflow;
  run.tokens = task.options.tokens;
  run.batch = task.options.batch;
  run.context = task.options.context;
  run.accelerator = task.accelerator;
  run.left_out = task.workload.left_out;
  for (size_t i = 0; i < task.workload.layers.size(); ++i) {
    const size_t job = plan.job_of_layer[i];
    run.layers.push_back(
        report_of(task.workload.layers[i], plan.jobs[job], results[job].result, task.accelerator));
    if (!task.options.utilisation) run.layers.back().result.pe_busy_cycles.clear();
  }
  for (const ReplayResult& result : results) {
    run.simulator.wall_s += result.wall_s;
    run.simulator.evaluated_cycles += result.result.evaluated_cycles;
  }
  for (const LayerReport& layer : run.layers)
    run.simulator.skipped_cycles += layer.shape.count * layer.result.cycles;
  run.simulator.skipped_cycles -= run.simulator.evaluated_cycles;
  run.bits_per_weight = bits_per_weight(run.layers, run.scheme);
  price(run, tables);
  return run;
}

// Cycles of a plan's jobs that will be evaluated one by one.
int64_t cycles_to_evaluate(const Plan& plan) {
  int64_t cycles = 0;
  for (size_t i = 0; i < plan.jobs.size(); ++i) {
    const ReplayJob& job = plan.jobs[i];
    if (!job.fast_forward || job.layer != nullptr || job.look.asked()) cycles += plan.cycles[i];
  }
  return cycles;
}

// The results of all plans' jobs. They run from one pool, those that may last longest first, so that no
// process idles while there is work.
std::vector<std::vector<ReplayResult>> replay_all(const std::vector<SimulateTask>& tasks,
                                                  const std::vector<Plan>& plans, int parallel) {
  std::vector<std::pair<size_t, size_t>> order;  // plan, job
  std::vector<std::vector<ReplayResult>> results(plans.size());
  for (size_t p = 0; p < plans.size(); ++p) {
    results[p].resize(plans[p].jobs.size());
    for (size_t j = 0; j < plans[p].jobs.size(); ++j) order.emplace_back(p, j);
  }
  const auto cycles = [&](const std::pair<size_t, size_t>& at) { return plans[at.first].cycles[at.second]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](const auto& a, const auto& b) { return cycles(a) > cycles(b); });
  std::vector<MachineJob> jobs;
  for (const auto& [p, j] : order) jobs.push_back({&tasks[p].accelerator, &plans[p].jobs[j]});

  Progress progress("simulating", jobs.size(), "layers");
  const auto on_done = [](void* context, size_t) { static_cast<Progress*>(context)->advance(); };
  std::vector<ReplayResult> replayed = replay(jobs, parallel, on_done, &progress);
  for (size_t i = 0; i < order.size(); ++i) results[order[i].first][order[i].second] = std::move(replayed[i]);
  return results;
}

// The task with all that its context asks for, and without the layers that are left out.
SimulateTask whole(SimulateTask task) {
  const SimulateOptions& options = task.options;
  if (options.context > 0) {
    check_token_lanes(task.accelerator);
    for (WorkItem& item : token_work(task.workload, options.context, options.tokens, options.batch))
      task.workload.layers.push_back(std::move(item));
  }
  leave_out(task);
  return task;
}

}  // namespace

std::string forecast(int64_t cycles, int parallel) {
  constexpr double kCyclesPerSecond = 2e6;  // of one process on a core of its own, roughly
  constexpr double kLong = 10;
  const double alone = static_cast<double>(cycles) / kCyclesPerSecond;
  if (alone <= kLong) return "";
  const int processes =
      std::min(std::max(parallel, 1), static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
  return "simulating about " + grouped(cycles) + " cycles, which takes roughly " +
         grouped(static_cast<int64_t>(std::ceil(alone / processes))) + " s\n";
}

std::vector<RunReport> simulate(const std::vector<SimulateTask>& given,
                                const std::vector<EnergyTable>& tables, int parallel,
                                FunctionalRun* functional) {
  if (tables.empty()) throw InternalError("simulate() needs a table");
  if (functional != nullptr && given.size() != 1) throw InternalError("a functional run has one task");
  std::vector<SimulateTask> tasks;
  for (const SimulateTask& task : given) tasks.push_back(whole(task));
  std::vector<Plan> plans;
  int64_t cycles = 0;
  for (const SimulateTask& task : tasks) {
    plans.push_back(plan(task, tables.front(), parallel, functional != nullptr));
    cycles += cycles_to_evaluate(plans.back());
  }

  std::fputs(forecast(cycles, parallel).c_str(), stderr);
  std::vector<std::vector<ReplayResult>> all;
  if (functional == nullptr)
    all = replay_all(tasks, plans, parallel);
  else
    all.push_back(replay_values(tasks.front(), plans.front(), parallel, *functional));
  std::vector<RunReport> runs;
  std::string notes;
  for (size_t i = 0; i < tasks.size(); ++i) {
    for (const ReplayResult& result : all[i]) notes += result.notes;
    runs.push_back(report_of(tasks[i], plans[i], all[i], tables));
  }
  std::fputs(notes.c_str(), stderr);
  return runs;
}

}  // namespace eyeshift
