#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "energy_tables/table.h"
#include "models/types/accelerator.h"
#include "models/types/action_counts.h"
#include "models/types/unit_parts.h"

namespace eyeshift {

// Picojoules of one count of every action on one accelerator: a table's rows chosen by the sizes and widths
// of its memories. 0 for the clock, control, FIFOs and pads where the table leaves them out (not_priced()).
// NaN where the table lacks another action and `needed` does not count it. Throws InputError where the table
// lacks an action that `needed` counts: which action, which row, which table.
struct Prices {
  std::array<double, kActionCount> pJ{};
};
Prices prices_of(const EnergyTable& table, const AcceleratorConfig& accelerator, const ActionCounts& needed);

// Keys of the actions of clock, control, FIFOs and pads that the table has no row for, in the order of the
// enumeration.
std::vector<std::string> not_priced(const EnergyTable& table);

// Silicon area, square micrometres. pe: one PE with every unit and scratchpad; array: all PEs, the fp16 lanes
// and what applies real scales at the column tops. noc is 0 where the table has no component noc_pe (no area
// of the networks is published): noc_counted says which. units: those that the accelerator lists.
struct Area {
  double pe_um2 = 0, array_um2 = 0, glb_um2 = 0, noc_um2 = 0, total_um2 = 0;
  bool noc_counted = false;
};
Area area_of(const EnergyTable& table, const AcceleratorConfig& accelerator,
             const std::vector<PlacedUnit>& units);

// A component of a part: a row of the table's components, or a memory of the machine's size.
struct AreaComponent {
  std::string name;
  double area_um2 = 0;  // 0 where the table states none
};

// A kind of part that area_of() counts.
struct AreaPart {
  enum class Place { pe, column_top, glb, noc };
  Place place = Place::pe;
  std::string name;  // the unit's, otherwise the component's
  int64_t count = 0;
  double area_um2 = 0;  // of one
  double all_um2 = 0;
  std::vector<AreaComponent> components;  // of one
};
std::vector<AreaPart> area_parts(const EnergyTable& table, const AcceleratorConfig& accelerator,
                                 const std::vector<PlacedUnit>& units);

// Leakage of the same components, milliwatts.
double leakage_mW(const EnergyTable& table, const AcceleratorConfig& accelerator,
                  const std::vector<PlacedUnit>& units);

// Energy by kind, picojoules: the keys of a report's energy_pJ.
struct Energy {
  struct Compute {
    double multiply = 0, add = 0, shift = 0, lut_query = 0, lut_build = 0, dequantize = 0;
  } compute;
  struct ByOperand {
    double weights = 0, inputs = 0, psums = 0, scales = 0;  // outputs count with psums
  };
  struct DataMovement {
    ByOperand dram, glb, noc, spad;
  } data_movement;
  double clock_control = 0;  // clock network, control, FIFOs, pads
  double static_leakage = 0, total = 0;

  // *this += times * other.
  void add(const Energy& other, double times = 1);
};
// leakage_mW times time_s is static_leakage. Throws InternalError where a counted action has no price.
Energy energy_of(const ActionCounts& counts, const Prices& prices, double leakage_mW, double time_s);

}  // namespace eyeshift
