#include "sim/unit_areas.h"

#include <algorithm>
#include <optional>

#include "base/files/text_table.h"
#include "energy_tables/memory.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"

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
  std::string text;
  for (const bool relative : {false, true}) {
    std::vector<std::string> header = {relative ? std::string("relative to ") + lane_unit() : "um2 in a PE"};
    for (const UnitAreas::Column& column : areas.columns) header.push_back(column.table);
    TextTable table(header);
    for (size_t i = 0; i < areas.parts.size(); ++i) {
      std::vector<std::string> row = {areas.parts[i]};
      for (const UnitAreas::Column& column : areas.columns)
        row.push_back(significant(column.area_um2[i] / (relative ? reference_of(areas, column) : 1)));
      table.add(row);
    }
    text += (relative ? "\n" : "") + table.str();
  }
  return text;
}

std::string unit_areas_csv(const UnitAreas& areas) {
  std::vector<std::string> header = {"part"};
  for (const UnitAreas::Column& column : areas.columns) header.push_back(column.table + " um2");
  std::string csv = csv_row(header);
  for (size_t i = 0; i < areas.parts.size(); ++i) {
    std::vector<std::string> row = {areas.parts[i]};
    for (const UnitAreas::Column& column : areas.columns) row.push_back(exact(column.area_um2[i]));
    csv += csv_row(row);
  }
  return csv;
}

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
