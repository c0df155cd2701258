// Area and leakage of an accelerator: the same components, added up twice.

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

Silicon silicon_of(const EnergyTable& table, const std::vector<std::string>& parts) {
  Silicon silicon;
  for (const std::string& part : parts) silicon.add(component_row(table, part));
  return silicon;
}

struct Parts {
  Silicon pe, array, glb, noc;
  bool noc_counted = false;
};

Parts parts_of(const EnergyTable& table, const AcceleratorConfig& accelerator,
               const std::vector<PlacedUnit>& units) {
  const AcceleratorConfig::Array& array = accelerator.array;
  const double pes = static_cast<double>(array.rows) * array.cols;
  Parts parts;
  for (const PlacedUnit& unit : units) {
    Silicon in_pe = silicon_of(table, unit.parts.pe);
    if (unit.has_table) in_pe.add(lut_table_cost(table, accelerator.spad_words.lut));
    parts.pe.add(in_pe);
    parts.array.add(in_pe, static_cast<double>(unit.pes));
    parts.array.add(silicon_of(table, unit.parts.top), static_cast<double>(unit.parts.tops));
  }
  const AcceleratorConfig::SpadWords& words = accelerator.spad_words;
  for (const auto& [place, size] : {std::pair<const char*, int>{"spad_filter", words.filter},
                                    {"spad_input", words.input},
                                    {"spad_psum", words.psum}}) {
    const auto own = table.components.find(place);
    const ComponentCost spad = own != table.components.end() ? own->second : scratchpad_cost(table, size);
    parts.pe.add(spad);
    parts.array.add(spad, pes);
  }
  const AcceleratorConfig::Glb& glb = accelerator.glb;
  if (const auto own = table.components.find("glb"); own != table.components.end())
    parts.glb.add(own->second);
  else
    parts.glb.add(sram_cost(table, glb.bank_bytes, glb.port_bits),
                  static_cast<double>(glb.filter_banks + glb.shared_banks));
  const auto noc = table.components.find(kNocComponent);
  parts.noc_counted = noc != table.components.end();
  if (parts.noc_counted) parts.noc.add(noc->second, pes);
  return parts;
}

}  // namespace

Area area_of(const EnergyTable& table, const AcceleratorConfig& accelerator,
             const std::vector<PlacedUnit>& units) {
  const Parts parts = parts_of(table, accelerator, units);
  Area area;
  area.pe_um2 = parts.pe.area_um2;
  area.array_um2 = parts.array.area_um2;
  area.glb_um2 = parts.glb.area_um2;
  area.noc_um2 = parts.noc.area_um2;
  area.noc_counted = parts.noc_counted;
  area.total_um2 = area.array_um2 + area.glb_um2 + area.noc_um2;
  return area;
}

double leakage_mW(const EnergyTable& table, const AcceleratorConfig& accelerator,
                  const std::vector<PlacedUnit>& units) {
  const Parts parts = parts_of(table, accelerator, units);
  return parts.array.leakage_mW + parts.glb.leakage_mW + parts.noc.leakage_mW;
}

}  // namespace eyeshift
