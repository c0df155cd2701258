#include "sim/plan/plan.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "base/child_processes.h"
#include "base/errors.h"
#include "base/nearest.h"
#include "base/progress.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"
#include "sim/plan/choose_mapping.h"

namespace eyeshift {
namespace {

// Elements share no operand: their only way to more than one lane is a split of the tokens.
constexpr char kVectorDataflow[] = "output-stationary";

bool alike(const ReplayJob& a, const ReplayJob& b) {
  return a.shape.K == b.shape.K && a.shape.M == b.shape.M && a.shape.conv == b.shape.conv &&
         a.shape.zero_fraction == b.shape.zero_fraction &&
         a.shape.output_zero_fraction == b.shape.output_zero_fraction && a.encoding == b.encoding &&
         a.tokens == b.tokens && a.unit == b.unit && a.dataflow == b.dataflow && a.mapping == b.mapping;
}

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

// What is to be replayed of a layer, without its mapping.
ReplayJob job_of(const WorkItem& item, const SimulateTask& task) {
  const SimulateOptions& options = task.options;
  ReplayJob job;
  job.shape = item.shape;
  job.encoding = item.encoding;
  job.tokens = item.tokens > 0   ? item.tokens
               : item.shape.conv ? options.batch
                                 : options.tokens * options.batch * item.vectors;
  job.fast_forward = options.fast_forward;
  job.unit = unit_for(item.shape, item.encoding, task.accelerator, options.unit);
  job.dataflow = item.kind == LayerKind::vector ? kVectorDataflow : options.dataflow;
  return job;
}

// The best mapping of each job. Where all are tried, in child processes.
std::vector<MappingEstimate> choose_mappings(const std::vector<ReplayJob>& jobs, const SimulateTask& task,
                                             const EnergyTable& table, int parallel) {
  static_assert(std::is_trivially_copyable_v<MappingEstimate>);
  const SimulateOptions& options = task.options;
  const auto choose = [&](size_t i) {
    const ReplayJob& job = jobs[i];
    return choose_mapping(Registry<Dataflow>::instance().find(job.dataflow, "dataflow"), job.shape,
                          job.encoding, job.tokens, task.accelerator, job.unit, table, options.objective,
                          options.search);
  };
  std::vector<MappingEstimate> chosen(jobs.size());
  if (options.search == Search::quick) {
    for (size_t i = 0; i < jobs.size(); ++i) chosen[i] = choose(i);
    return chosen;
  }
  Progress progress("searching mappings", jobs.size(), "layers");
  run_in_children(
      jobs.size(), parallel,
      [&](size_t i) { return "searching mappings of layer '" + jobs[i].shape.name + "'"; },
      [&](size_t i) {
        const MappingEstimate best = choose(i);
        return std::string(reinterpret_cast<const char*>(&best), sizeof best);
      },
      [&](size_t i, const std::string& bytes) {
        std::memcpy(&chosen[i], bytes.data(), sizeof chosen[i]);
        progress.advance();
      });
  return chosen;
}

// What is to be replayed of each layer, its mapping given or searched once for all layers that are alike.
std::vector<PlannedJob> planned_jobs(const SimulateTask& task, const EnergyTable& table, int parallel) {
  std::vector<PlannedJob> planned;
  std::vector<ReplayJob> searched;
  std::vector<std::pair<size_t, size_t>> search_of;  // layer, its search
  for (const WorkItem& item : task.workload.layers) {
    planned.push_back({job_of(item, task), 0});
    ReplayJob& job = planned.back().job;
    const auto given = task.options.mappings.find(item.shape.name);
    if (given != task.options.mappings.end()) {
      job.mapping = given->second;
      const Dataflow& dataflow = Registry<Dataflow>::instance().find(job.dataflow, "dataflow");
      planned.back().cycles =
          dataflow.estimate(job.shape, job.encoding, job.tokens, task.accelerator, job.unit, job.mapping)
              .cycles;
      continue;
    }
    const auto same = std::find_if(searched.begin(), searched.end(),
                                   [&](const ReplayJob& other) { return alike(job, other); });
    search_of.emplace_back(planned.size() - 1, static_cast<size_t>(same - searched.begin()));
    if (same == searched.end()) searched.push_back(job);
  }
  const std::vector<MappingEstimate> chosen = choose_mappings(searched, task, table, parallel);
  for (const auto& [layer, search] : search_of) {
    planned[layer].job.mapping = chosen[search].mapping;
    planned[layer].cycles = chosen[search].cycles;
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
    if (asked != lane_unit() && has(lane_unit())) candidates.push_back(lane_unit());
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

Plan plan(const SimulateTask& task, const EnergyTable& table, int parallel, bool with_values) {
  check_mapping_names(task);
  Plan plan;
  std::vector<PlannedJob> all = planned_jobs(task, table, parallel);
  for (size_t i = 0; i < all.size(); ++i) {
    const WorkItem& item = task.workload.layers[i];
    PlannedJob& planned = all[i];
    ReplayJob& job = planned.job;
    if (with_values) job.layer = item.layer;
    const auto same = with_values ? plan.jobs.end()
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

}  // namespace eyeshift
