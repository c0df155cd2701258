#include "sim/report/report.h"

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"

namespace eyeshift {

namespace {

template <typename Counts>
RunSums sums_where(const RunReport& run, const Counts& counts) {
  RunSums total;
  int64_t ticks = 0;  // exact whatever the layers' order
  for (const LayerReport& layer : run.layers) {
    if (!counts(layer)) continue;
    const int64_t count = layer.shape.count;
    total.macs += count * layer.result.macs;
    total.padding_macs += count * layer.result.padding_macs;
    total.gated_macs += count * layer.result.gated_macs;
    total.cycles += count * layer.result.cycles;
    ticks += count * layer.result.ticks;
    total.busy_pe_cycles += count * layer.result.busy_pe_cycles;
    total.actions.add(layer.result.actions, count);
    total.energy.add(layer.energy, static_cast<double>(count));
  }
  if (ticks > 0)
    total.time_s = static_cast<double>(ticks) / static_cast<double>(time_base(run.accelerator).ticks_Hz);
  return total;
}

}  // namespace

bool several_widths(const std::vector<RunReport>& runs) {
  const auto same_but_bits = [](const RunReport& a, const RunReport& b) {
    return a.scheme == b.scheme && a.unit == b.unit && a.dataflow == b.dataflow && a.bits != b.bits;
  };
  for (const RunReport& run : runs)
    for (const RunReport& other : runs)
      if (same_but_bits(run, other)) return true;
  return false;
}

RunSums sums(const RunReport& run) {
  return sums_where(run, [](const LayerReport&) { return true; });
}

RunSums sums(const RunReport& run, LayerKind kind) {
  return sums_where(run, [&](const LayerReport& layer) { return layer.kind == kind; });
}

RunSums sums(const RunReport& run, const LayerReport& layer) {
  return sums_where(run, [&](const LayerReport& other) { return &other == &layer; });
}

std::vector<LayerKind> kinds_of(const RunReport& run) {
  std::vector<LayerKind> kinds;
  for (const LayerKind kind : kLayerKinds)
    if (std::any_of(run.layers.begin(), run.layers.end(),
                    [&](const LayerReport& layer) { return layer.kind == kind; }))
      kinds.push_back(kind);
  return kinds;
}

KvCacheBytes kv_cache_bytes(const RunReport& run) {
  KvCacheBytes bytes;
  for (const LayerReport& layer : run.layers) {
    if (layer.kind != LayerKind::attention) continue;
    bytes.read += layer.shape.count * layer.result.actions[Action::dram_read_weights];
    const int64_t of_position = 2 * layer.shape.K * layer.shape.M / run.context;
    bytes.written += layer.shape.count * of_position * run.tokens;
  }
  return bytes;
}

double chip_power_mW(const Energy& energy, double time_s) {
  constexpr double kMilliwattsPerPicojoulePerSecond = 1e-9;
  const Energy::ByOperand& dram = energy.data_movement.dram;
  const double off_chip_pJ = dram.weights + dram.inputs + dram.psums + dram.scales;
  return time_s > 0 ? (energy.total - off_chip_pJ) / time_s * kMilliwattsPerPicojoulePerSecond : 0;
}

GlbBytes glb_bytes(const ActionCounts& actions, int port_bits) {
  const int64_t array_side =
      actions[Action::glb_filter_read_weights] + actions[Action::glb_filter_read_scales] +
      actions[Action::glb_shared_read_inputs] + actions[Action::glb_shared_write_psums] +
      actions[Action::glb_shared_read_psums] + actions[Action::glb_shared_write_outputs];
  const int64_t dram_side =
      actions[Action::glb_filter_write_weights] + actions[Action::glb_filter_write_scales] +
      actions[Action::glb_shared_write_inputs] + actions[Action::glb_shared_read_outputs];
  return {array_side * port_bits / 8, dram_side * port_bits / 8};
}

double bits_per_weight(const std::vector<LayerReport>& layers, const std::string& scheme) {
  const auto ratio = [&](bool all) {
    double bits = 0, weights = 0;
    for (const LayerReport& layer : layers) {
      if (layer.kind != LayerKind::linear && layer.kind != LayerKind::convolution) continue;
      if (!all && layer.encoding.scheme != scheme) continue;
      const auto of_layer = static_cast<double>(layer.shape.count * layer.shape.K * layer.shape.M);
      bits += layer.bits_per_weight * of_layer;
      weights += of_layer;
    }
    return weights > 0 ? bits / weights : -1.0;
  };
  const double coded = ratio(false);
  return coded >= 0 ? coded : ratio(true);
}

std::vector<std::string> assumptions(const RunReport& run) {
  std::set<std::string> units(run.accelerator.array.units.begin(), run.accelerator.array.units.end());
  for (const LayerReport& layer : run.layers) units.insert(layer.unit);
  std::vector<std::string> all;
  for (const std::string& unit : units) {
    const std::string_view what = Registry<Unit>::instance().find(unit, "unit").assumption();
    if (!what.empty()) all.push_back(unit + ": " + std::string(what));
  }
  return all;
}

Energy energy_with(const TableUse& table, const ActionCounts& actions, double time_s) {
  Prices prices;
  for (size_t i = 0; i < kActionCount; ++i) {
    const auto price = table.prices.find(std::string(kActionInfo[i].key));
    if (price != table.prices.end()) prices.pJ[i] = price->second;
  }
  return energy_of(actions, prices, table.leakage_mW, time_s);
}

void price(RunReport& run, const std::vector<EnergyTable>& tables) {
  if (tables.empty()) throw InternalError("a run is priced without a table");
  const RunSums total = sums(run);
  const std::vector<PlacedUnit> units = placed_units(run.accelerator);
  run.tables.clear();
  for (const EnergyTable& table : tables) {
    const Prices prices = prices_of(table, run.accelerator, total.actions);
    TableUse use;
    use.name = table.name;
    use.sha256 = table.sha256;
    use.extended = table.extended;
    for (size_t i = 0; i < kActionCount; ++i)
      if (total.actions.n[i] != 0) use.prices[std::string(kActionInfo[i].key)] = prices.pJ[i];
    use.not_priced = not_priced(table);
    use.leakage_mW = leakage_mW(table, run.accelerator, units);
    use.area = area_of(table, run.accelerator, units);
    use.energy = energy_of(total.actions, prices, use.leakage_mW, total.time_s);
    if (run.tables.empty())
      for (LayerReport& layer : run.layers)
        layer.energy = energy_of(layer.result.actions, prices, use.leakage_mW, layer.time_s);
    run.tables.push_back(use);
  }
}

}  // namespace eyeshift
