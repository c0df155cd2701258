#include "sim/report/report_csv.h"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sim/report/accelerator_columns.h"
#include "sim/report/report_text.h"
#include "sim/report/table.h"

namespace eyeshift {
namespace {

struct CsvRow {
  const RunReport& run;
  const TableUse& table;
  const LayerReport* layer;  // nullptr: of the whole run
  int64_t count;             // layers that the row counts
  RunSums sums;              // of them, energy priced with the table
};

// The unit asked for, otherwise those that the layers run on.
std::string units_of(const RunReport& run) {
  if (!run.unit.empty()) return run.unit;
  std::vector<std::string> units;
  for (const LayerReport& layer : run.layers)
    if (std::find(units.begin(), units.end(), layer.unit) == units.end()) units.push_back(layer.unit);
  std::string joined;
  for (const std::string& unit : units) joined += (joined.empty() ? "" : "+") + unit;
  return joined;
}

Cell present(int64_t value) { return value > 0 ? Cell(value) : Cell(); }
Cell present(const std::optional<double>& value) { return value ? Cell(*value) : Cell(); }

Columns<CsvRow> columns_of_runs(const std::vector<RunReport>& runs) {
  using R = const CsvRow&;
  Columns<CsvRow> columns = {
      {"network", [](R r) { return r.run.network; }},
      {"accelerator", [](R r) { return r.run.accelerator.name; }},
      {"scheme", [](R r) { return r.run.scheme; }},
      {"bits", [](R r) { return int64_t{r.run.bits}; }},
      {"unit", [](R r) { return units_of(r.run); }},
      {"dataflow", [](R r) { return r.run.dataflow; }},
      {"tokens", [](R r) { return r.run.tokens; }},
      {"batch", [](R r) { return r.run.batch; }},
      {"context", [](R r) { return present(r.run.context); }},
      {"table", [](R r) { return r.table.name; }},
  };
  columns.append(differing_columns(runs), [](R r) -> const RunReport& { return r.run; });
  columns.append({
      {"perplexity", [](R r) { return r.run.accuracy ? Cell(r.run.accuracy->perplexity) : Cell(); }},
      {"unit_perplexity",
       [](R r) { return r.run.accuracy ? present(r.run.accuracy->unit_perplexity) : Cell(); }},
      {"bits_per_weight", [](R r) { return r.run.bits_per_weight; }},
  });
  return columns;
}

Columns<Mapping> mapping_columns() {
  using M = const Mapping&;
  return {
      {"mapping_m", [](M m) { return m.m; }}, {"mapping_n", [](M m) { return m.n; }},
      {"mapping_e", [](M m) { return m.e; }}, {"mapping_p", [](M m) { return m.p; }},
      {"mapping_q", [](M m) { return m.q; }}, {"mapping_r", [](M m) { return m.r; }},
      {"mapping_t", [](M m) { return m.t; }},
  };
}

// Empty for layers that are no convolution.
Columns<LayerReport> convolution_columns() {
  Columns<LayerReport> columns;
  for (const auto& [name, member] : {std::pair<const char*, int64_t Convolution::*>{"C", &Convolution::C},
                                     {"H", &Convolution::H},
                                     {"R", &Convolution::R},
                                     {"stride", &Convolution::stride},
                                     {"pad", &Convolution::pad},
                                     {"groups", &Convolution::groups}})
    columns.push_back({name, [member = member](const LayerReport& layer) {
                         return layer.shape.conv ? Cell((*layer.shape.conv).*member) : Cell();
                       }});
  return columns;
}

// Takes the number or word of one key out of a layer's result.
struct CellOf {
  std::string_view wanted;
  Cell& cell;

  void operator()(std::string_view key, int64_t value) const {
    if (key == wanted) cell = value;
  }
  void operator()(std::string_view key, int value) const { (*this)(key, int64_t{value}); }
  void operator()(std::string_view key, Bound bound) const {
    if (key == wanted) cell = std::string(bound_name(bound));
  }
  template <typename Several>
  void operator()(std::string_view, const Several&) const {}
};

// A column for every number of a layer's result.
Columns<LayerReport> one_layer_columns() {
  Columns<LayerReport> columns;
  const LayerResult any;
  LayerResult::visit(any, [&](const char* key, const auto& member) {
    using Member = std::decay_t<decltype(member)>;
    if (!std::is_integral_v<Member> && !std::is_same_v<Member, Bound>) return;
    columns.push_back({std::string("one_layer_") + key, [key](const LayerReport& layer) {
                         Cell cell;
                         LayerResult::visit(layer.result, CellOf{key, cell});
                         return cell;
                       }});
  });
  columns.push_back({"one_layer_time_s", [](const LayerReport& layer) { return layer.time_s; }});
  return columns;
}

Columns<LayerReport> layer_columns() {
  using L = const LayerReport&;
  Columns<LayerReport> columns = {
      {"layer", [](L l) { return l.shape.name; }},
      {"kind", [](L l) { return std::string(name_of(l.kind)); }},
      {"layer_scheme", [](L l) { return l.encoding.scheme; }},
      {"layer_bits", [](L l) { return int64_t{l.encoding.bits}; }},
      {"layer_bits_per_weight", [](L l) { return l.bits_per_weight; }},
      {"layer_unit", [](L l) { return l.unit; }},
      {"layer_tokens", [](L l) { return l.tokens; }},
      {"K", [](L l) { return l.shape.K; }},
      {"M", [](L l) { return l.shape.M; }},
  };
  columns.append(convolution_columns());
  columns.append(mapping_columns(), [](L l) -> const Mapping& { return l.mapping; });
  columns.append(one_layer_columns());
  return columns;
}

Columns<Energy> energy_columns() {
  using E = const Energy&;
  Columns<Energy> columns = {
      {"energy_compute_multiply_pJ", [](E e) { return e.compute.multiply; }},
      {"energy_compute_add_pJ", [](E e) { return e.compute.add; }},
      {"energy_compute_shift_pJ", [](E e) { return e.compute.shift; }},
      {"energy_compute_lut_query_pJ", [](E e) { return e.compute.lut_query; }},
      {"energy_compute_lut_build_pJ", [](E e) { return e.compute.lut_build; }},
      {"energy_compute_dequantize_pJ", [](E e) { return e.compute.dequantize; }},
  };
  using Movement = Energy::DataMovement;
  using By = Energy::ByOperand;
  const std::pair<const char*, By Movement::*> places[] = {
      {"dram", &Movement::dram}, {"glb", &Movement::glb}, {"noc", &Movement::noc}, {"spad", &Movement::spad}};
  const std::pair<const char*, double By::*> operands[] = {
      {"weights", &By::weights}, {"inputs", &By::inputs}, {"psums", &By::psums}, {"scales", &By::scales}};
  for (const auto& [place_name, place] : places)
    for (const auto& [operand_name, operand] : operands)
      columns.push_back(
          {std::string("energy_") + place_name + "_" + operand_name + "_pJ",
           [place = place, operand = operand](E e) { return e.data_movement.*place.*operand; }});
  columns.append({
      {"energy_clock_control_pJ", [](E e) { return e.clock_control; }},
      {"energy_static_pJ", [](E e) { return e.static_leakage; }},
      {"energy_total_pJ", [](E e) { return e.total; }},
  });
  return columns;
}

Columns<Area> area_columns() {
  using A = const Area&;
  return {
      {"area_pe_um2", [](A a) { return a.pe_um2; }},
      {"area_array_um2", [](A a) { return a.array_um2; }},
      {"area_glb_um2", [](A a) { return a.glb_um2; }},
      {"area_noc_um2", [](A a) { return a.noc_counted ? Cell(a.noc_um2) : Cell(); }},
      {"area_total_um2", [](A a) { return a.total_um2; }},
  };
}

// "action_dram_read_weights_bytes": an action's key and the unit of its count.
std::string action_name(const ActionInfo& info) {
  std::string name = "action_" + std::string(info.key) + "_" + std::string(info.unit);
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == ' '; }, '_');
  return name;
}

double utilization(const CsvRow& row) {
  const AcceleratorConfig::Array& array = row.run.accelerator.array;
  const double pe_cycles = static_cast<double>(row.sums.cycles) * array.rows * array.cols;
  return pe_cycles > 0 ? static_cast<double>(row.sums.busy_pe_cycles) / pe_cycles : 0;
}

Columns<CsvRow> quantity_columns() {
  using R = const CsvRow&;
  const auto glb = [](R r) { return glb_bytes(r.sums.actions, r.run.accelerator.glb.port_bits); };
  Columns<CsvRow> columns = {
      {"count", [](R r) { return r.count; }},
      {"macs", [](R r) { return r.sums.macs; }},
      {"padding_macs", [](R r) { return r.sums.padding_macs; }},
      {"gated_macs", [](R r) { return r.sums.gated_macs; }},
      {"cycles", [](R r) { return r.sums.cycles; }},
      {"time_s", [](R r) { return r.sums.time_s; }},
      {"busy_pe_cycles", [](R r) { return r.sums.busy_pe_cycles; }},
      {"pe_utilization", utilization},
      {"glb_array_side_bytes", [glb](R r) { return glb(r).array_side; }},
      {"glb_dram_side_bytes", [glb](R r) { return glb(r).dram_side; }},
      {"dram_weights_bytes", [](R r) { return r.sums.actions[Action::dram_read_weights]; }},
      {"dram_inputs_bytes", [](R r) { return r.sums.actions[Action::dram_read_inputs]; }},
      {"dram_outputs_bytes", [](R r) { return r.sums.actions[Action::dram_write_outputs]; }},
      {"dram_scales_bytes", [](R r) { return r.sums.actions[Action::dram_read_scales]; }},
  };
  columns.append(energy_columns(), [](R r) -> const Energy& { return r.sums.energy; });
  columns.push_back({"chip_power_mW", [](R r) { return chip_power_mW(r.sums.energy, r.sums.time_s); }});
  for (size_t i = 0; i < kActionCount; ++i)
    columns.push_back({action_name(kActionInfo[i]), [i](R r) { return r.sums.actions.n[i]; }});
  return columns;
}

Columns<CsvRow> columns_at(CsvLevel level, const std::vector<RunReport>& runs) {
  using R = const CsvRow&;
  Columns<CsvRow> columns = columns_of_runs(runs);
  if (level == CsvLevel::layer)
    columns.append(layer_columns(), [](R r) -> const LayerReport& { return *r.layer; });
  columns.append(quantity_columns());
  if (level == CsvLevel::run) columns.append(area_columns(), [](R r) -> const Area& { return r.table.area; });
  return columns;
}

int64_t layers_of(const RunReport& run) {
  int64_t count = 0;
  for (const LayerReport& layer : run.layers) count += layer.shape.count;
  return count;
}

}  // namespace

std::string runs_csv(const std::vector<RunReport>& runs, CsvLevel level) {
  const Columns<CsvRow> columns = columns_at(level, runs);
  Table table(columns.headings());
  for (const RunReport& run : runs)
    for (const TableUse& use : run.tables) {
      if (level == CsvLevel::run) {
        CsvRow row{run, use, nullptr, layers_of(run), sums(run)};
        row.sums.energy = use.energy;
        table.add(columns.cells(row));
        continue;
      }
      for (const LayerReport& layer : run.layers) {
        CsvRow row{run, use, &layer, layer.shape.count, sums(run, layer)};
        row.sums.energy = energy_with(use, row.sums.actions, row.sums.time_s);
        table.add(columns.cells(row));
      }
    }
  return table.csv();
}

}  // namespace eyeshift
