#include "models/pe/listed_units.h"

#include <algorithm>

#include "base/errors.h"
#include "base/nearest.h"
#include "models/pe/unit.h"

namespace eyeshift {
namespace {

bool lists(const AcceleratorConfig::Array& array, const std::string& unit) {
  return std::find(array.units.begin(), array.units.end(), unit) != array.units.end();
}

// Beside another unit, lanes are in some of the PEs only.
bool is_partial_lane(const Unit& unit, const AcceleratorConfig::Array& array) {
  return unit.in_fp16_lanes() && array.units.size() > 1 && array.fp16_lanes > 0;
}

}  // namespace

std::vector<ListedUnit> listed_units() {
  const auto& units = Registry<Unit>::instance();
  std::vector<ListedUnit> listed;
  for (const std::string& name : units.names()) {
    const Unit& unit = units.find(name, "unit");
    if (unit.host().empty()) listed.push_back({name, unit.in_fp16_lanes(), unit.has_table()});
  }
  return listed;
}

std::vector<std::string> listed_unit_names() {
  std::vector<std::string> names;
  for (const ListedUnit& unit : listed_units()) names.push_back(unit.name);
  return names;
}

const std::string& lane_unit() {
  static const std::string lane = [] {
    for (const ListedUnit& unit : listed_units())
      if (unit.is_lane) return unit.name;
    throw InternalError("no unit is a half-precision lane");
  }();
  return lane;
}

bool has_lanes(const AcceleratorConfig::Array& array) { return lists(array, lane_unit()); }

int64_t lanes_at_tops(const AcceleratorConfig::Array& array) {
  if (!has_lanes(array)) return 0;
  return array.fp16_lanes > 0 ? std::min(array.cols, array.fp16_lanes) : array.cols;
}

AcceleratorConfig specialised(const AcceleratorConfig& config, const std::string& unit) {
  if (!lists(config.array, unit))
    throw InputError("accelerator '" + config.name + "' has no unit '" + unit + "': array.units lists " +
                     join_names(config.array.units));
  AcceleratorConfig result = config;
  result.array.units = {unit};
  if (unit == lane_unit())
    result.array.fp16_lanes = 0;
  else if (has_lanes(config.array))
    result.array.units.push_back(lane_unit());
  if (!Registry<Unit>::instance().find(unit, "unit").has_table()) result.spad_words.lut = 0;
  return result;
}

std::vector<PlacedUnit> placed_units(const AcceleratorConfig& accelerator) {
  const AcceleratorConfig::Array& array = accelerator.array;
  std::vector<PlacedUnit> placed;
  for (const std::string& name : array.units) {
    const Unit& unit = Registry<Unit>::instance().find(name, "unit");
    const int64_t pes = is_partial_lane(unit, array) ? array.fp16_lanes : int64_t{array.rows} * array.cols;
    placed.push_back({name, unit.parts(array), pes, unit.has_table()});
  }
  return placed;
}

}  // namespace eyeshift
