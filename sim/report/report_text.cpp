#include "sim/report/report_text.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/files/text_table.h"
#include "base/nearest.h"
#include "sim/report/table.h"

namespace eyeshift {
namespace {

// What a picojoule, a second and a square micrometre are in the text's units.
constexpr double kMicrojoule = 1e-6, kMilli = 1e3, kSquareMillimetre = 1e-6;

std::string microjoules(double pJ) { return significant(pJ * kMicrojoule); }
std::string square_millimetres(double um2) { return significant(um2 * kSquareMillimetre); }

std::string kilobytes(int64_t bytes) { return significant(static_cast<double>(bytes) * 1e-3); }

std::string at_context(const RunReport& run) {
  return run.context > 0 ? " at context " + grouped(run.context) : "";
}

double sum(const Energy::ByOperand& by) { return by.weights + by.inputs + by.psums + by.scales; }

double rest_energy(const Energy& e) { return e.clock_control + e.static_leakage; }

int64_t dram_total(const ActionCounts& a) {
  return a[Action::dram_read_weights] + a[Action::dram_read_scales] + a[Action::dram_read_inputs] +
         a[Action::dram_write_outputs];
}

// Names the column of what is neither compute nor movement; the tables' clock energy may be 0.
std::string rest_title(const std::vector<RunReport>& runs) {
  const bool clock = std::any_of(runs.begin(), runs.end(), [](const RunReport& run) {
    return run.tables.front().energy.clock_control != 0;
  });
  return clock ? "clock, control+static uJ" : "static uJ";
}

// A line of a run's table: a layer, or a sum of layers.
struct RunLine {
  std::string name, unit, active_pes, bound_by;
  int64_t macs = 0, cycles = 0;
  double time_s = 0;
  const ActionCounts& actions;
  const Energy& energy;
};

Columns<RunLine> run_columns(const RunReport& run) {
  using L = const RunLine&;
  return {
      {"layer", [](L l) { return l.name; }},
      {"unit", [](L l) { return l.unit; }},
      {"PEs", [](L l) { return l.active_pes; }},
      {"bound by", [](L l) { return l.bound_by; }},
      {"MACs", [](L l) { return grouped(l.macs); }},
      {"cycles", [](L l) { return grouped(l.cycles); }},
      {"time ms", [](L l) { return l.time_s * kMilli; }},
      {"DRAM kB", [](L l) { return static_cast<double>(dram_total(l.actions)) * 1e-3; }},
      {"compute uJ", [](L l) { return compute_energy(l.energy) * kMicrojoule; }},
      {"movement uJ", [](L l) { return movement_energy(l.energy) * kMicrojoule; }},
      {rest_title({run}), [](L l) { return rest_energy(l.energy) * kMicrojoule; }},
      {"total uJ", [](L l) { return l.energy.total * kMicrojoule; }},
  };
}

// The chip's power, and what of it the table knows nothing of.
std::string power_line(const RunReport& run, double time_s) {
  const TableUse& use = run.tables.front();
  std::string text = "Power without DRAM: " + significant(chip_power_mW(use.energy, time_s)) + " mW";
  for (size_t i = 0; i < use.not_priced.size(); ++i)
    text += (i == 0 ? "; not priced: " : ", ") + use.not_priced[i];
  return text + ".\n";
}

// A line an assumption, each once.
std::string assumptions_text(const std::vector<RunReport>& runs) {
  std::set<std::string> all;
  for (const RunReport& run : runs)
    for (const std::string& assumption : assumptions(run)) all.insert(assumption);
  std::string text;
  for (const std::string& assumption : all) text += "Assumed of " + assumption + "\n";
  return text;
}

}  // namespace

double compute_energy(const Energy& e) {
  const Energy::Compute& c = e.compute;
  return c.multiply + c.add + c.shift + c.lut_query + c.lut_build + c.dequantize;
}

double movement_energy(const Energy& e) {
  const Energy::DataMovement& d = e.data_movement;
  return sum(d.dram) + sum(d.glb) + sum(d.noc) + sum(d.spad);
}

std::string run_text(const RunReport& run) {
  std::string text = run.network + ", " + run.scheme + ", " + grouped(run.tokens * run.batch) + " token(s)" +
                     at_context(run) + " on " + run.accelerator.name + ", " +
                     significant(run.bits_per_weight) + " bits a weight\n\n";
  const Columns<RunLine> columns = run_columns(run);
  Table table(columns.headings());
  for (const LayerReport& layer : run.layers) {
    const LayerResult& r = layer.result;
    const int64_t count = layer.shape.count;
    const std::string times = count > 1 ? " (x" + std::to_string(count) + ")" : "";
    table.add(
        columns.cells({layer.shape.name + times, layer.unit, std::to_string(r.active_pes),
                       bound_name(r.bound_by), r.macs, r.cycles, layer.time_s, r.actions, layer.energy}));
  }
  table.rule();
  if (const auto kinds = kinds_of(run); kinds.size() > 1)
    for (const LayerKind kind : kinds) {
      const RunSums part = sums(run, kind);
      table.add(columns.cells({"all " + std::string(name_of(kind)), "", "", "", part.macs, part.cycles,
                               part.time_s, part.actions, part.energy}));
    }
  const RunSums total = sums(run);
  table.add(columns.cells({"total", "", "", "", total.macs, total.cycles, total.time_s, total.actions,
                           run.tables.front().energy}));
  text += table.text();
  if (run.context > 0) {
    const KvCacheBytes cache = kv_cache_bytes(run);
    text += "\nKV cache: " + kilobytes(cache.read) + " kB read by attention; the new tokens' " +
            kilobytes(cache.written) + " kB are outputs of k_proj and v_proj and counted there.\n";
  }

  if (!run.left_out.empty()) text += "\nLeft out, and in no number here: " + join_names(run.left_out) + ".\n";
  const Area& area = run.tables.front().area;
  text += "\nArea: " + square_millimetres(area.total_um2) + " mm2 (PE array " +
          square_millimetres(area.array_um2) + ", global buffer " + square_millimetres(area.glb_um2) +
          ", NoC " + (area.noc_counted ? square_millimetres(area.noc_um2) : "not counted") +
          "). Energy and area from table " + run.tables.front().name + ".\n";
  text += power_line(run, total.time_s);
  for (size_t i = 1; i < run.tables.size(); ++i)
    text += "With table " + run.tables[i].name + ": " + microjoules(run.tables[i].energy.total) + " uJ, " +
            square_millimetres(run.tables[i].area.total_um2) + " mm2.\n";
  return text + assumptions_text({run});
}

namespace {

Columns<RunReport> comparison_columns(const std::vector<RunReport>& runs) {
  using R = const RunReport&;
  const auto any = [&](const auto& is) { return std::any_of(runs.begin(), runs.end(), is); };
  const bool dataflows = any([&](R run) { return run.dataflow != runs.front().dataflow; });
  const bool in_units = any([](R run) { return run.accuracy && run.accuracy->unit_perplexity; });
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  Columns<RunReport> columns;
  columns.push_back({"scheme@unit", [dataflows](R r) {
                       return r.scheme + "@" + r.unit + (dataflows ? "/" + r.dataflow : "");
                     }});
  if (several_widths(runs)) columns.push_back({"bits", [](R r) { return int64_t{r.bits}; }});
  columns.push_back({in_units ? "weights ppl" : "perplexity",
                     [](R r) { return r.accuracy ? r.accuracy->perplexity : kUnknown; }, "",
                     in_units ? 6 : 4});
  if (in_units)
    columns.push_back(
        {"in unit ppl",
         [](R r) { return r.accuracy ? r.accuracy->unit_perplexity.value_or(kUnknown) : kUnknown; }, "", 6});
  columns.append({
      {"bits/weight", [](R r) { return r.bits_per_weight; }},
      {"cycles", [](R r) { return grouped(sums(r).cycles); }},
      {"time ms", [](R r) { return sums(r).time_s * kMilli; }},
      {"DRAM MB", [](R r) { return static_cast<double>(dram_total(sums(r).actions)) * 1e-6; }},
      {"compute uJ", [](R r) { return compute_energy(r.tables.front().energy) * kMicrojoule; }},
      {"movement uJ", [](R r) { return movement_energy(r.tables.front().energy) * kMicrojoule; }},
      {rest_title(runs), [](R r) { return rest_energy(r.tables.front().energy) * kMicrojoule; }},
      {"total uJ", [](R r) { return r.tables.front().energy.total * kMicrojoule; }},
      {"area mm2", [](R r) { return r.tables.front().area.total_um2 * kSquareMillimetre; }},
  });
  if (runs.front().context > 0)
    columns.append({
        {"linear ms", [](R r) { return sums(r, LayerKind::linear).time_s * kMilli; }},
        {"linear uJ", [](R r) { return sums(r, LayerKind::linear).energy.total * kMicrojoule; }},
    });
  return columns;
}

}  // namespace

std::string comparison_text(const std::vector<RunReport>& runs) {
  std::string text;
  const Columns<RunReport> columns = comparison_columns(runs);
  std::set<int64_t> told;
  for (const RunReport& first : runs) {
    const int64_t n = first.tokens;
    if (!told.insert(n).second) continue;
    text += (text.empty() ? "" : "\n") + runs.front().network + " on " + runs.front().accelerator.name +
            ", " + grouped(n) + (n == 1 ? " token" : " tokens") + at_context(runs.front()) + "\n";
    Table table(columns.headings());
    for (const RunReport& run : runs)
      if (run.tokens == n) table.add(columns.cells(run));
    text += table.text();
  }
  return text + assumptions_text(runs);
}

}  // namespace eyeshift
