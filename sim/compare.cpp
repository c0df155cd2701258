#include "sim/compare.h"

#include <algorithm>
#include <chrono>

#include "base/errors.h"
#include "base/progress.h"
#include "dataflows/dataflow.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"
#include "sim/network_arithmetic.h"
#include "sim/plan/plan.h"
#include "sim/simulate.h"
#include "traces/decoders/family.h"
#include "traces/network/perplexity.h"
#include "traces/network/tokens.h"
#include "traces/run/layer_progress.h"
#include "traces/run/quantize_network.h"

namespace eyeshift {
SchemeOnUnit parse_scheme_on_unit(const std::string& text) {
  const size_t at = text.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == text.size() ||
      text.find('@', at + 1) != std::string::npos)
    throw InputError("'" + text +
                     "': expected SCHEME@UNIT or SCHEME@UNIT/DATAFLOW, for example gptq@dequant-mac");
  SchemeOnUnit side{text.substr(0, at), text.substr(at + 1), ""};
  if (const size_t slash = side.unit.find('/'); slash != std::string::npos) {
    side.dataflow = side.unit.substr(slash + 1);
    side.unit.resize(slash);
    Registry<Dataflow>::instance().find(side.dataflow, "dataflow");
  }
  Registry<Quantizer>::instance().find(side.scheme, "scheme");
  Registry<Unit>::instance().find(side.unit, "unit");
  return side;
}

std::vector<SchemeOnUnit> at_widths(const std::vector<SchemeOnUnit>& sides,
                                    const std::vector<int64_t>& widths) {
  if (widths.size() < 2) return sides;
  std::vector<SchemeOnUnit> all;
  for (const int64_t bits : widths)
    for (const SchemeOnUnit& side : sides) {
      const bool has_choice = !Registry<Quantizer>::instance().find(side.scheme, "scheme").fixed_bits();
      if (!has_choice && bits != widths.front()) continue;
      all.push_back(side);
      if (has_choice) all.back().bits = static_cast<int>(bits);
    }
  return all;
}

std::string workload_key(const SchemeOnUnit& side) {
  return side.bits > 0 ? side.scheme + " " + std::to_string(side.bits) : side.scheme;
}

std::vector<AcceleratorConfig> machines(const AcceleratorConfig& accelerator,
                                        const std::vector<SchemeOnUnit>& sides) {
  std::vector<AcceleratorConfig> all;
  for (const SchemeOnUnit& side : sides) all.push_back(specialised(accelerator, side.unit));
  return all;
}

void check_runs(const Workload& workload, const AcceleratorConfig& machine, const std::string& unit) {
  for (const WorkItem& item : workload.layers) {
    if (item.encoding.scheme == workload.scheme) {
      const auto reason = Registry<Unit>::instance().find(unit, "unit").cannot_run(item.encoding, machine);
      if (reason)
        throw InputError("scheme '" + workload.scheme + "' does not run on unit '" + unit + "': " + *reason);
    }
    unit_for(item.shape, item.encoding, machine, unit);
  }
}

SchemeWorkload quantized_workload(const std::string& checkpoint, const std::string& scheme,
                                  const QuantizeOptions& options, const AccuracyTexts& texts,
                                  const std::vector<SideArithmetic>& sides, const EnergyTable& table,
                                  int threads) {
  const std::unique_ptr<Network> network = load_network(std::filesystem::path(checkpoint));
  const Tokens calibration = load_tokens(texts.calibration, network->vocabulary());
  Tokens evaluation = load_tokens(texts.evaluation, network->vocabulary());
  evaluation.resize(std::min(evaluation.size(), static_cast<size_t>(texts.windows * texts.window)));
  const int64_t windows = count_windows(*network, evaluation, texts.window, 2, texts.evaluation);

  const auto start = std::chrono::steady_clock::now();
  LayerProgress progress("quantizing " + scheme, *network,
                         Registry<Quantizer>::instance().find(scheme, "scheme"));
  const auto report = [&](const QuantizeStep& step) { progress(step); };
  const Trace trace =
      sides.empty()
          ? quantize_network(*network, {scheme, options, calibration, texts.calibration},
                             std::make_shared<MemoryStore>(), report, threads)
          : quantize_network(*network, scheme, options, calibration, texts.calibration, report, threads);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const Perplexity measured = perplexity(*network, evaluation, texts.window, threads);

  SchemeWorkload result{workload_of(trace),
                        Accuracy{measured.perplexity, measured.nll, measured.tokens, elapsed.count()}};
  for (const SideArithmetic& side : sides) {
    SimulateOptions in_unit = side.options;
    in_unit.tokens = texts.window;
    compute_in_units(*network, trace, side.machine, in_unit, table);
    Progress evaluated("evaluating " + scheme + " in " + side.options.unit,
                       static_cast<size_t>(windows) * network->stages().size(), "stages");
    result.in_unit[side.side] =
        perplexity(*network, evaluation, texts.window, threads, [&] { evaluated.advance(); });
  }
  for (WorkItem& item : result.workload.layers) item.layer = nullptr;
  result.workload.factors.clear();
  result.workload.attention = network->attention();
  result.workload.norms = network->norms();
  return result;
}

SimulateOptions side_options(const CompareOptions& options, const SchemeOnUnit& side) {
  SimulateOptions of_side;
  of_side.dataflow = side.dataflow.empty() ? options.dataflow : side.dataflow;
  of_side.objective = options.objective;
  of_side.search = options.search;
  of_side.unit = side.unit;
  return of_side;
}

namespace {

// The first layer that the scheme codes, the first of all where it codes none.
const WorkItem& coded_layer(const Workload& workload) {
  for (const WorkItem& item : workload.layers)
    if (item.encoding.scheme == workload.scheme) return item;
  return workload.layers.front();
}

}  // namespace

std::vector<RunReport> compare(const AcceleratorConfig& accelerator, const CompareOptions& options,
                               const std::map<std::string, SchemeWorkload>& workloads,
                               const std::vector<EnergyTable>& tables) {
  std::vector<AcceleratorConfig> machine_of = machines(accelerator, options.sides);
  std::vector<UnitMachine> units;
  for (size_t i = 0; i < machine_of.size(); ++i) {
    const WorkItem& coded = coded_layer(workloads.at(workload_key(options.sides[i])).workload);
    units.push_back({machine_of[i], options.sides[i].unit, coded.shape, coded.encoding});
  }
  for (size_t i = 1; i < machine_of.size(); ++i)
    machine_of[i] = at_equal_terms(options.equal, units[i], units.front(), tables.front());
  std::vector<SimulateTask> tasks;
  std::vector<const SchemeWorkload*> sources;
  for (const int64_t tokens : options.tokens)
    for (size_t i = 0; i < options.sides.size(); ++i) {
      const SchemeOnUnit& side = options.sides[i];
      sources.push_back(&workloads.at(workload_key(side)));
      check_runs(sources.back()->workload, machine_of[i], side.unit);
      tasks.push_back({machine_of[i], sources.back()->workload, side_options(options, side)});
      tasks.back().options.tokens = tokens;
      tasks.back().options.context = options.context;
    }
  std::vector<RunReport> runs = simulate(tasks, tables, options.parallel);
  for (size_t i = 0; i < runs.size(); ++i) {
    runs[i].accuracy = sources[i]->accuracy;
    const auto in_unit = sources[i]->in_unit.find(i % options.sides.size());
    if (in_unit == sources[i]->in_unit.end()) continue;
    runs[i].accuracy->unit_perplexity = in_unit->second.perplexity;
    runs[i].accuracy->unit_nll = in_unit->second.nll;
  }
  return runs;
}

}  // namespace eyeshift
