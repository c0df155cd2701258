#include <functional>
#include <utility>

#include "base/files/text_table.h"
#include "sim/report/report_text.h"

namespace eyeshift {
namespace {

using CsvColumn = std::pair<std::string, std::function<std::string(const RunReport&, const LayerReport&)>>;

std::string whole(int64_t value) { return std::to_string(value); }

void add_energy(std::vector<CsvColumn>& columns) {
  const auto add = [&](const std::string& name, auto member) {
    columns.emplace_back("energy_pJ." + name, [member](const RunReport&, const LayerReport& l) {
      return exact(member(l.energy));
    });
  };
  add("compute.multiply", [](const Energy& e) { return e.compute.multiply; });
  add("compute.add", [](const Energy& e) { return e.compute.add; });
  add("compute.shift", [](const Energy& e) { return e.compute.shift; });
  add("compute.lut_query", [](const Energy& e) { return e.compute.lut_query; });
  add("compute.lut_build", [](const Energy& e) { return e.compute.lut_build; });
  add("compute.dequantize", [](const Energy& e) { return e.compute.dequantize; });
  using Movement = Energy::DataMovement;
  using By = Energy::ByOperand;
  const std::pair<const char*, By Movement::*> places[] = {
      {"dram", &Movement::dram}, {"glb", &Movement::glb}, {"noc", &Movement::noc}, {"spad", &Movement::spad}};
  const std::pair<const char*, double By::*> operands[] = {
      {"weights", &By::weights}, {"inputs", &By::inputs}, {"psums", &By::psums}, {"scales", &By::scales}};
  for (const auto& [place_name, place] : places)
    for (const auto& [operand_name, operand] : operands)
      add(std::string("data_movement.") + place_name + "." + operand_name,
          [place = place, operand = operand](const Energy& e) { return e.data_movement.*place.*operand; });
  add("clock_control", [](const Energy& e) { return e.clock_control; });
  add("static", [](const Energy& e) { return e.static_leakage; });
  add("total", [](const Energy& e) { return e.total; });
}

std::vector<CsvColumn> all_columns(bool widths) {
  using R = const RunReport&;
  using L = const LayerReport&;
  std::vector<CsvColumn> columns = {
      {"network", [](R r, L) { return r.network; }},
      {"accelerator", [](R r, L) { return r.accelerator.name; }},
      {"scheme", [](R r, L) { return r.scheme; }},
      {"run_unit", [](R r, L) { return r.unit; }},
      {"perplexity", [](R r, L) { return r.accuracy ? exact(r.accuracy->perplexity) : std::string(); }},
      {"unit_perplexity",
       [](R r, L) {
         const bool known = r.accuracy && r.accuracy->unit_perplexity;
         return known ? exact(*r.accuracy->unit_perplexity) : std::string();
       }},
      {"context", [](R r, L) { return r.context > 0 ? whole(r.context) : std::string(); }},
      {"name", [](R, L l) { return l.shape.name; }},
      {"kind", [](R, L l) { return std::string(name_of(l.kind)); }},
      {"K", [](R, L l) { return whole(l.shape.K); }},
      {"M", [](R, L l) { return whole(l.shape.M); }},
      {"count", [](R, L l) { return whole(l.shape.count); }},
      {"tokens", [](R, L l) { return whole(l.tokens); }},
      {"unit", [](R, L l) { return l.unit; }},
      {"layer_scheme", [](R, L l) { return l.encoding.scheme; }},
      {"bits_per_weight", [](R, L l) { return exact(l.bits_per_weight); }},
      {"macs", [](R, L l) { return whole(l.result.macs); }},
      {"padding_macs", [](R, L l) { return whole(l.result.padding_macs); }},
      {"gated_macs", [](R, L l) { return whole(l.result.gated_macs); }},
      {"cycles", [](R, L l) { return whole(l.result.cycles); }},
      {"time_s", [](R, L l) { return exact(l.time_s); }},
      {"active_pes", [](R, L l) { return whole(l.result.active_pes); }},
      {"bound_by", [](R, L l) { return std::string(bound_name(l.result.bound_by)); }},
      {"glb_bytes.array_side",
       [](R r, L l) { return whole(glb_bytes(l.result.actions, r.accelerator.glb.port_bits).array_side); }},
      {"glb_bytes.dram_side",
       [](R r, L l) { return whole(glb_bytes(l.result.actions, r.accelerator.glb.port_bits).dram_side); }},
      {"dram_bytes.weights", [](R, L l) { return whole(l.result.actions[Action::dram_read_weights]); }},
      {"dram_bytes.inputs", [](R, L l) { return whole(l.result.actions[Action::dram_read_inputs]); }},
      {"dram_bytes.outputs", [](R, L l) { return whole(l.result.actions[Action::dram_write_outputs]); }},
      {"dram_bytes.scales", [](R, L l) { return whole(l.result.actions[Action::dram_read_scales]); }},
  };
  if (widths) columns.insert(columns.begin() + 3, {"bits", [](R r, L) { return whole(r.bits); }});
  add_energy(columns);
  columns.emplace_back("chip_power_mW", [](R, L l) { return exact(chip_power_mW(l.energy, l.time_s)); });
  for (size_t i = 0; i < kActionCount; ++i)
    columns.emplace_back("actions." + std::string(kActionInfo[i].key),
                         [i](R, L l) { return whole(l.result.actions.n[i]); });
  return columns;
}

}  // namespace

std::string runs_csv(const std::vector<RunReport>& runs) {
  const std::vector<CsvColumn> columns = all_columns(several_widths(runs));
  std::vector<std::string> fields;
  for (const CsvColumn& column : columns) fields.push_back(column.first);
  std::string text = csv_row(fields);
  for (const RunReport& run : runs)
    for (const LayerReport& layer : run.layers) {
      fields.clear();
      for (const CsvColumn& column : columns) fields.push_back(column.second(run, layer));
      text += csv_row(fields);
    }
  return text;
}

}  // namespace eyeshift
