#include "sim/report/report_text.h"

#include <algorithm>
#include <set>

#include "base/files/text_table.h"
#include "base/nearest.h"

namespace eyeshift {
namespace {

std::string microjoules(double pJ) { return significant(pJ * 1e-6); }
std::string milliseconds(double s) { return significant(s * 1e3); }
std::string square_millimetres(double um2) { return significant(um2 * 1e-6); }

std::string kilobytes(int64_t bytes) { return significant(static_cast<double>(bytes) * 1e-3); }

std::string at_context(const RunReport& run) {
  return run.context > 0 ? " at context " + grouped(run.context) : "";
}

double sum(const Energy::ByOperand& by) { return by.weights + by.inputs + by.psums + by.scales; }

int64_t dram_total(const ActionCounts& a) {
  return a[Action::dram_read_weights] + a[Action::dram_read_scales] + a[Action::dram_read_inputs] +
         a[Action::dram_write_outputs];
}

std::vector<std::string> row(const std::string& name, const std::string& unit, const std::string& active,
                             const std::string& bound, int64_t macs, int64_t cycles, double time_s,
                             const ActionCounts& actions, const Energy& energy) {
  return {name,
          unit,
          active,
          bound,
          grouped(macs),
          grouped(cycles),
          milliseconds(time_s),
          kilobytes(dram_total(actions)),
          microjoules(compute_energy(energy)),
          microjoules(movement_energy(energy)),
          microjoules(energy.clock_control + energy.static_leakage),
          microjoules(energy.total)};
}

// Names the column of what is neither compute nor movement; the tables' clock energy may be 0.
std::string rest_title(const std::vector<RunReport>& runs) {
  const bool clock = std::any_of(runs.begin(), runs.end(), [](const RunReport& run) {
    return run.tables.front().energy.clock_control != 0;
  });
  return clock ? "clock, control+static uJ" : "static uJ";
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
  TextTable table({"layer", "unit", "PEs", "bound by", "MACs", "cycles", "time ms", "DRAM kB", "compute uJ",
                   "movement uJ", rest_title({run}), "total uJ"});
  for (const LayerReport& layer : run.layers) {
    const LayerResult& r = layer.result;
    const std::string times = layer.shape.count > 1 ? " (x" + std::to_string(layer.shape.count) + ")" : "";
    table.add(row(layer.shape.name + times, layer.unit, std::to_string(r.active_pes), bound_name(r.bound_by),
                  r.macs, r.cycles, layer.time_s, r.actions, layer.energy));
  }
  const RunSums total = sums(run);
  table.add({});
  if (const auto kinds = kinds_of(run); kinds.size() > 1)
    for (const LayerKind kind : kinds) {
      const RunSums part = sums(run, kind);
      table.add(row("all " + std::string(name_of(kind)), "", "", "", part.macs, part.cycles, part.time_s,
                    part.actions, part.energy));
    }
  table.add(row("total", "", "", "", total.macs, total.cycles, total.time_s, total.actions,
                run.tables.front().energy));
  text += table.str();
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

std::string comparison_text(const std::vector<RunReport>& runs) {
  std::string text;
  std::vector<int64_t> tokens;
  const bool several_dataflows = std::any_of(
      runs.begin(), runs.end(), [&](const RunReport& run) { return run.dataflow != runs.front().dataflow; });
  const bool widths = several_widths(runs);
  for (const RunReport& run : runs)
    if (std::find(tokens.begin(), tokens.end(), run.tokens) == tokens.end()) tokens.push_back(run.tokens);
  for (const int64_t n : tokens) {
    const bool parts = runs.front().context > 0;
    text += (text.empty() ? "" : "\n") + runs.front().network + " on " + runs.front().accelerator.name +
            ", " + grouped(n) + (n == 1 ? " token" : " tokens") + at_context(runs.front()) + "\n";
    const bool in_units = std::any_of(runs.begin(), runs.end(), [](const RunReport& run) {
      return run.accuracy && run.accuracy->unit_perplexity;
    });
    std::vector<std::string> titles = {"scheme@unit",    in_units ? "weights ppl" : "perplexity",
                                       "bits/weight",    "cycles",
                                       "time ms",        "DRAM MB",
                                       "compute uJ",     "movement uJ",
                                       rest_title(runs), "total uJ",
                                       "area mm2"};
    if (in_units) titles.insert(titles.begin() + 2, "in unit ppl");
    if (parts) titles.insert(titles.end(), {"linear ms", "linear uJ"});
    if (widths) titles.insert(titles.begin() + 1, "bits");
    TextTable table(titles);
    for (const RunReport& run : runs) {
      if (run.tokens != n) continue;
      const RunSums total = sums(run);
      const Energy& energy = run.tables.front().energy;
      const std::string side = run.scheme + "@" + run.unit;
      std::vector<std::string> fields = {
          several_dataflows ? side + "/" + run.dataflow : side,
          run.accuracy ? significant(run.accuracy->perplexity, in_units ? 6 : 4) : "-",
          significant(run.bits_per_weight),
          grouped(total.cycles),
          milliseconds(total.time_s),
          significant(static_cast<double>(dram_total(total.actions)) * 1e-6),
          microjoules(compute_energy(energy)),
          microjoules(movement_energy(energy)),
          microjoules(energy.clock_control + energy.static_leakage),
          microjoules(energy.total),
          square_millimetres(run.tables.front().area.total_um2)};
      if (in_units)
        fields.insert(fields.begin() + 2, run.accuracy && run.accuracy->unit_perplexity
                                              ? significant(*run.accuracy->unit_perplexity, 6)
                                              : "-");
      if (parts) {
        const RunSums linear = sums(run, LayerKind::linear);
        fields.insert(fields.end(), {milliseconds(linear.time_s), microjoules(linear.energy.total)});
      }
      if (widths) fields.insert(fields.begin() + 1, std::to_string(run.bits));
      table.add(fields);
    }
    text += table.str();
  }
  return text + assumptions_text(runs);
}

}  // namespace eyeshift
