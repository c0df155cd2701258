#pragma once

#include <string>
#include <vector>

#include "energy_tables/table.h"
#include "sim/report/report_json.h"

namespace eyeshift {

// What every unit adds to a PE, by area table: its parts with single-precision
// accumulators, and, apart, the tables that the lut unit queries. Square micrometres.
struct UnitAreas {
  struct Column {
    std::string table;
    std::vector<double> area_um2;  // of `parts`
  };
  std::vector<std::string> parts;  // "mac-fp16", ..., "lut table, 256 entries", "lut table, 128 entries"
  std::vector<Column> columns;
};

// Of these tables, those that have areas for all parts and differ from the tables among them that they
// extend.
UnitAreas unit_areas(const std::vector<EnergyTable>& tables);

// The areas, and below them the same relative to the fp16 unit's.
std::string unit_areas_text(const UnitAreas& areas);
std::string unit_areas_csv(const UnitAreas& areas);
Json unit_areas_json(const UnitAreas& areas);

}  // namespace eyeshift
