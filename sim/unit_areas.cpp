#include "sim/unit_areas.h"

#include <algorithm>
#include <optional>

#include "energy_tables/memory.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"
#include "sim/report/table.h"

namespace eyeshift {
namespace {

constexpr int kLut_entries[] = {256, 128};

// Nothing where the table lacks a part's area.
std::optional<std::vector<double>> areas_of(const EnergyTable& table) {
  const AcceleratorConfig::Array array;
  std::vector<double> areas;
  for (const std::string& unit : listed_unit_names()) {
    double sum = 0;
    for (const std::string& part : Registry<Unit>::instance().find(unit, "unit").parts(array).pe) {
      const auto cost = table.components.find(part);
      if (cost == table.components.end() || cost->second.area_um2 <= 0) return std::nullopt;
      sum += cost->second.area_um2;
    }
    areas.push_back(sum);
  }
  for (const int entries : kLut_entries) areas.push_back(lut_table_cost(table, entries).area_um2);
  return areas;
}

// Whether one of these tables that `table` extends has the same areas.
bool inherited(const EnergyTable& table, const std::vector<double>& areas,
               const std::vector<EnergyTable>& tables) {
  const auto is_base = [&](const EnergyTable& other) {
    return std::any_of(table.extended.begin(), table.extended.end(),
                       [&](const ExtendedTable& base) { return base.name == other.name; });
  };
  return std::any_of(tables.begin(), tables.end(),
                     [&](const EnergyTable& other) { return is_base(other) && areas_of(other) == areas; });
}

double reference_of(const UnitAreas& areas, const UnitAreas::Column& column) {
  const auto at = std::find(areas.parts.begin(), areas.parts.end(), lane_unit()) - areas.parts.begin();
  return column.area_um2[static_cast<size_t>(at)];
}

// A row a part, a column a table.
Table area_table(const UnitAreas& areas, const std::string& title, const std::string& unit, bool relative) {
  Columns<size_t> columns = {{title, [&](size_t part) { return areas.parts[part]; }}};
  for (const UnitAreas::Column& column : areas.columns)
    columns.push_back({column.table + unit, [&, relative](size_t part) {
                         return column.area_um2[part] / (relative ? reference_of(areas, column) : 1);
                       }});
  Table table(columns.headings());
  for (size_t part = 0; part < areas.parts.size(); ++part) table.add(columns.cells(part));
  return table;
}

}  // namespace

UnitAreas unit_areas(const std::vector<EnergyTable>& tables) {
  UnitAreas areas;
  areas.parts = listed_unit_names();
  for (const int entries : kLut_entries)
    areas.parts.push_back("lut table, " + std::to_string(entries) + " entries");
  for (const EnergyTable& table : tables) {
    const auto column = areas_of(table);
    if (column && !inherited(table, *column, tables)) areas.columns.push_back({table.name, *column});
  }
  return areas;
}

std::string unit_areas_text(const UnitAreas& areas) {
  return area_table(areas, "um2 in a PE", "", false).text() + "\n" +
         area_table(areas, std::string("relative to ") + lane_unit(), "", true).text();
}

std::string unit_areas_csv(const UnitAreas& areas) { return area_table(areas, "part", " um2", false).csv(); }

Json unit_areas_json(const UnitAreas& areas) {
  Json json = {{"units", Json::array()}};
  for (size_t i = 0; i < areas.parts.size(); ++i) {
    Json row = {{"part", areas.parts[i]}, {"area_um2", Json::object()}, {"relative", Json::object()}};
    for (const UnitAreas::Column& column : areas.columns) {
      row["area_um2"][column.table] = column.area_um2[i];
      row["relative"][column.table] = column.area_um2[i] / reference_of(areas, column);
    }
    json["units"].push_back(row);
  }
  return json;
}

}  // namespace eyeshift
