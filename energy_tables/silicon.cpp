// Area and leakage of an accelerator: the same components, added up twice.

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "energy_tables/memory.h"
#include "energy_tables/pricing.h"
#include "energy_tables/rows.h"

namespace eyeshift {
namespace {

struct Silicon {
  double area_um2 = 0;
  double leakage_mW = 0;

  void add(const ComponentCost& cost, double times = 1) {
    area_um2 += times * cost.area_um2;
    leakage_mW += times * cost.leakage_mW;
  }
  void add(const Silicon& other, double times = 1) {
    area_um2 += times * other.area_um2;
    leakage_mW += times * other.leakage_mW;
  }
};

// A kind of part of a machine.
struct Part {
  AreaPart::Place place;
  std::string name;
  double count;
  std::vector<AreaComponent> components;  // of one
  Silicon one;

  void add(const std::string& component, const ComponentCost& cost) {
    components.push_back({component, cost.area_um2});
    one.add(cost);
  }
};

Part part_of(AreaPart::Place place, const std::string& name, double count) {
  return {place, name, count, {}, {}};
}

// A part whose only component has its name.
Part single(AreaPart::Place place, const std::string& name, double count, const ComponentCost& cost) {
  Part part = part_of(place, name, count);
  part.add(name, cost);
  return part;
}

void add_unit(std::vector<Part>& parts, const EnergyTable& table, const PlacedUnit& unit, int table_words) {
  Part in_pe = part_of(AreaPart::Place::pe, unit.name, static_cast<double>(unit.pes));
  for (const std::string& part : unit.parts.pe) in_pe.add(part, component_row(table, part));
  if (unit.has_table)
    in_pe.add("table of " + std::to_string(table_words) + " words", lut_table_cost(table, table_words));
  parts.push_back(std::move(in_pe));
  if (unit.parts.tops == 0) return;
  Part top = part_of(AreaPart::Place::column_top, unit.name, static_cast<double>(unit.parts.tops));
  for (const std::string& part : unit.parts.top) top.add(part, component_row(table, part));
  parts.push_back(std::move(top));
}

std::vector<Part> parts_of(const EnergyTable& table, const AcceleratorConfig& accelerator,
                           const std::vector<PlacedUnit>& units) {
  const double pes = static_cast<double>(accelerator.array.rows) * accelerator.array.cols;
  const AcceleratorConfig::SpadWords& words = accelerator.spad_words;
  std::vector<Part> parts;
  for (const PlacedUnit& unit : units) add_unit(parts, table, unit, words.lut);
  for (const auto& [place, size] : {std::pair<const char*, int>{"spad_filter", words.filter},
                                    {"spad_input", words.input},
                                    {"spad_psum", words.psum}}) {
    const auto own = table.components.find(place);
    parts.push_back(single(AreaPart::Place::pe, place, pes,
                           own != table.components.end() ? own->second : scratchpad_cost(table, size)));
  }
  const AcceleratorConfig::Glb& glb = accelerator.glb;
  if (const auto own = table.components.find("glb"); own != table.components.end())
    parts.push_back(single(AreaPart::Place::glb, "glb", 1, own->second));
  else
    parts.push_back(single(AreaPart::Place::glb, "glb_bank",
                           static_cast<double>(glb.filter_banks + glb.shared_banks),
                           sram_cost(table, glb.bank_bytes, glb.port_bits)));
  const auto noc = table.components.find(kNocComponent);
  if (noc != table.components.end())
    parts.push_back(single(AreaPart::Place::noc, kNocComponent, pes, noc->second));
  return parts;
}

// Of the parts at a place, each as often as it stands.
Silicon all_at(const std::vector<Part>& parts, std::initializer_list<AreaPart::Place> places) {
  Silicon sum;
  for (const Part& part : parts)
    if (std::find(places.begin(), places.end(), part.place) != places.end()) sum.add(part.one, part.count);
  return sum;
}

constexpr auto kArray = {AreaPart::Place::pe, AreaPart::Place::column_top};

}  // namespace

Area area_of(const EnergyTable& table, const AcceleratorConfig& accelerator,
             const std::vector<PlacedUnit>& units) {
  const std::vector<Part> parts = parts_of(table, accelerator, units);
  Area area;
  for (const Part& part : parts) {
    if (part.place == AreaPart::Place::pe) area.pe_um2 += part.one.area_um2;
    if (part.place == AreaPart::Place::noc) area.noc_counted = true;
  }
  area.array_um2 = all_at(parts, kArray).area_um2;
  area.glb_um2 = all_at(parts, {AreaPart::Place::glb}).area_um2;
  area.noc_um2 = all_at(parts, {AreaPart::Place::noc}).area_um2;
  area.total_um2 = area.array_um2 + area.glb_um2 + area.noc_um2;
  return area;
}

std::vector<AreaPart> area_parts(const EnergyTable& table, const AcceleratorConfig& accelerator,
                                 const std::vector<PlacedUnit>& units) {
  std::vector<AreaPart> areas;
  for (const Part& part : parts_of(table, accelerator, units))
    areas.push_back({part.place, part.name, static_cast<int64_t>(part.count), part.one.area_um2,
                     part.count * part.one.area_um2, part.components});
  return areas;
}

double leakage_mW(const EnergyTable& table, const AcceleratorConfig& accelerator,
                  const std::vector<PlacedUnit>& units) {
  const std::vector<Part> parts = parts_of(table, accelerator, units);
  return all_at(parts, kArray).leakage_mW + all_at(parts, {AreaPart::Place::glb}).leakage_mW +
         all_at(parts, {AreaPart::Place::noc}).leakage_mW;
}

}  // namespace eyeshift
