#pragma once

#include <string>
#include <vector>

#include "energy_tables/pricing.h"
#include "sim/report/report_json.h"

namespace eyeshift {

// A machine's area with one table, as reports of its runs state it, and what it consists of.
struct MachineAreas {
  std::string accelerator;
  std::string table;
  std::string sha256;  // of the table
  Area area;
  std::vector<AreaPart> parts;
  std::vector<std::string> not_counted;  // parts that the table has no area for
};

// Throws InputError where the table lacks a component of the machine.
MachineAreas machine_areas(const AcceleratorConfig& accelerator, const EnergyTable& table);

// A block a table: parts, their components, and the sums.
std::string machine_areas_text(const std::vector<MachineAreas>& all);
// A row a part, component and sum of every table.
std::string machine_areas_csv(const std::vector<MachineAreas>& all);
Json machine_areas_json(const std::vector<MachineAreas>& all);

}  // namespace eyeshift
