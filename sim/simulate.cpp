#include "sim/simulate.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <thread>

#include "configs/reader/errors.h"
#include "configs/reader/nearest.h"
#include "models/spec/clock_control.h"
#include "models/units/gating.h"
#include "models/units/unit.h"
#include "sim/choose_mapping.h"
#include "sim/progress.h"
#include "sim/replay.h"
#include "sim/text_table.h"
#include "sim/token_work.h"

namespace eyeshift {
namespace {

constexpr char kFallbackUnit[] = "mac-fp16";
// Elements share no operand: their only way to more than one lane is a split of the tokens.
constexpr char kVectorDataflow[] = "output-stationary";

bool alike(const ReplayJob& a, const ReplayJob& b) {
  return a.shape.K == b.shape.K && a.shape.M == b.shape.M && a.shape.conv == b.shape.conv &&
         a.shape.zero_fraction == b.shape.zero_fraction &&
         a.shape.output_zero_fraction == b.shape.output_zero_fraction && a.encoding == b.encoding &&
         a.tokens == b.tokens && a.unit == b.unit && a.dataflow == b.dataflow && a.mapping == b.mapping;
}

// The jobs of one task and, for each of its layers, which of them it is.
struct Plan {
  std::vector<ReplayJob> jobs;
  std::vector<int64_t> cycles;  // expected of each
  std::vector<size_t> job_of_layer;
};

struct PlannedJob {
  ReplayJob job;
  int64_t cycles = 0;  // expected
};

void check_mapping_names(const SimulateTask& task) {
  for (const auto& [name, unused] : task.options.mappings) {
    const auto& layers = task.workload.layers;
    if (std::none_of(layers.begin(), layers.end(),
                     [&name = name](const WorkItem& i) { return i.shape.name == name; }))
      throw InputError("the mapping names a layer '" + name + "' that network '" + task.workload.network +
                       "' does not have");
  }
}

PlannedJob job_of(const WorkItem& item, const SimulateTask& task, const EnergyTable& table) {
  const SimulateOptions& options = task.options;
  PlannedJob planned;
  ReplayJob& job = planned.job;
  job.shape = item.shape;
  job.encoding = item.encoding;
  job.tokens = item.tokens > 0   ? item.tokens
               : item.shape.conv ? options.batch
                                 : options.tokens * options.batch * item.vectors;
  job.fast_forward = options.fast_forward;
  job.unit = unit_for(item.shape, item.encoding, task.accelerator, options.unit);
  job.dataflow = item.kind == LayerKind::vector ? kVectorDataflow : options.dataflow;
  const Dataflow& dataflow = Registry<Dataflow>::instance().find(job.dataflow, "dataflow");
  const auto given = options.mappings.find(item.shape.name);
  if (given != options.mappings.end()) {
    job.mapping = given->second;
    planned.cycles =
        dataflow.estimate(job.shape, job.encoding, job.tokens, task.accelerator, job.unit, job.mapping)
            .cycles;
  } else {
    const MappingEstimate chosen = choose_mapping(dataflow, job.shape, job.encoding, job.tokens,
                                                  task.accelerator, job.unit, table, options.objective);
    job.mapping = chosen.mapping;
    planned.cycles = chosen.cycles;
  }
  return planned;
}

// The job of the layer that is looked at.
ReplayJob& looked_at(const SimulateTask& task, Plan& plan) {
  std::string name = task.options.look_layer;
  std::vector<std::string> names;
  for (const WorkItem& item : task.workload.layers) names.push_back(item.shape.name);
  if (name.empty() && names.size() == 1) name = names.front();
  if (name.empty())
    throw InputError("network '" + task.workload.network +
                     "' has several layers: say with --layer which to look at: " + join_names(names));
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    const std::string nearest = nearest_name(name, names);
    throw InputError("network '" + task.workload.network + "' has no layer '" + name + "' to look at: " +
                     (nearest.empty() ? "it has " + join_names(names) : "did you mean '" + nearest + "'?"));
  }
  ReplayJob& job = plan.jobs[plan.job_of_layer[static_cast<size_t>(found - names.begin())]];
  job.shape.name = name;  // and not that of another layer that is alike
  return job;
}

// mac-fp16 stands in for the unit that is asked for, but not in every layer.
void check_unit_is_used(const SimulateTask& task, const Plan& plan) {
  const std::string& asked = task.options.unit;
  if (asked.empty() || std::any_of(plan.jobs.begin(), plan.jobs.end(),
                                   [&](const ReplayJob& job) { return job.unit == asked; }))
    return;
  const WorkItem& first = task.workload.layers.front();
  const auto reason =
      Registry<Unit>::instance().find(asked, "unit").cannot_run(first.encoding, task.accelerator);
  throw InputError("unit '" + asked + "' runs no layer of network '" + task.workload.network + "'" +
                   (reason ? ": " + *reason : ""));
}

Plan plan(const SimulateTask& task, const EnergyTable& table, const FunctionalRun* functional) {
  check_mapping_names(task);
  Plan plan;
  for (const WorkItem& item : task.workload.layers) {
    PlannedJob planned = job_of(item, task, table);
    ReplayJob& job = planned.job;
    if (functional != nullptr) {
      job.layer = item.layer;
      job.inputs = &functional->inputs.at(item.shape.name);
    }
    const auto same = functional != nullptr
                          ? plan.jobs.end()
                          : std::find_if(plan.jobs.begin(), plan.jobs.end(),
                                         [&](const ReplayJob& other) { return alike(job, other); });
    plan.job_of_layer.push_back(static_cast<size_t>(same - plan.jobs.begin()));
    if (same != plan.jobs.end()) continue;
    plan.cycles.push_back(planned.cycles);
    plan.jobs.push_back(std::move(job));
  }
  check_unit_is_used(task, plan);
  if (task.options.look.asked()) looked_at(task, plan).look = task.options.look;
  return plan;
}

double zero_fraction(const std::vector<uint16_t>& values) {
  const auto zeros = std::count(values.begin(), values.end(), 0);
  return static_cast<double>(zeros) / static_cast<double>(values.size());
}

// Keeps the outputs of a functional run and what it says of the zeros in its values.
void learn_values(const std::vector<ReplayResult>& results, SimulateTask& task, Plan& plan,
                  FunctionalRun& functional) {
  for (size_t l = 0; l < task.workload.layers.size(); ++l) {
    LayerShape& shape = task.workload.layers[l].shape;
    ReplayJob& job = plan.jobs[plan.job_of_layer[l]];
    const ReplayResult& result = results[plan.job_of_layer[l]];
    job.outputs = &(functional.outputs[shape.name] = result.outputs);
    shape.zero_fraction = zero_fraction(result.coded_inputs);
    shape.output_zero_fraction = zero_fraction(result.outputs);
  }
}

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

// The task with all that its context asks for.
SimulateTask whole(SimulateTask task) {
  const SimulateOptions& options = task.options;
  if (options.context == 0) return task;
  check_token_lanes(task.accelerator);
  for (WorkItem& item : token_work(task.workload, options.context, options.tokens, options.batch))
    task.workload.layers.push_back(std::move(item));
  return task;
}

}  // namespace

std::string unit_for(const LayerShape& shape, const Encoding& encoding, const AcceleratorConfig& accelerator,
                     const std::string& asked) {
  const std::vector<std::string>& units = accelerator.array.units;
  const auto has = [&](const std::string& unit) {
    return std::find(units.begin(), units.end(), unit) != units.end();
  };
  std::vector<std::string> candidates = units;
  if (!asked.empty()) {
    Registry<Unit>::instance().find(asked, "unit");
    if (!has(asked)) throw InputError("accelerator '" + accelerator.name + "' has no unit '" + asked + "'");
    candidates = {asked};
    if (asked != kFallbackUnit && has(kFallbackUnit)) candidates.emplace_back(kFallbackUnit);
  }
  std::string reasons;
  for (const std::string& unit : candidates) {
    const auto reason = Registry<Unit>::instance().find(unit, "unit").cannot_run(encoding, accelerator);
    if (!reason) return unit;
    reasons += (reasons.empty() ? "" : "; ") + *reason;  // which begins with the unit's name
  }
  for (const std::string& unit : Registry<Unit>::instance().names()) {
    const Unit& guest = Registry<Unit>::instance().find(unit, "unit");
    if (has(std::string(guest.host())) && !guest.cannot_run(encoding, accelerator)) return unit;
  }
  throw InputError("layer '" + shape.name + "' in scheme '" + encoding.scheme +
                   "' runs on no unit of accelerator '" + accelerator.name + "': " + reasons);
}

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
    plans.push_back(plan(task, tables.front(), functional));
    cycles += cycles_to_evaluate(plans.back());
  }

  std::fputs(forecast(cycles, parallel).c_str(), stderr);
  std::vector<std::vector<ReplayResult>> all = replay_all(tasks, plans, parallel);
  std::vector<RunReport> runs;
  std::string notes;
  for (size_t i = 0; i < tasks.size(); ++i) {
    std::vector<ReplayResult>& results = all[i];
    if (functional != nullptr) {
      learn_values(results, tasks[i], plans[i], *functional);
      if (tasks[i].accelerator.compression != AcceleratorConfig::Compression::none)
        results = replay(tasks[i].accelerator, plans[i].jobs, parallel);
    }
    for (const ReplayResult& result : results) notes += result.notes;
    runs.push_back(report_of(tasks[i], plans[i], results, tables));
  }
  std::fputs(notes.c_str(), stderr);
  return runs;
}

}  // namespace eyeshift
