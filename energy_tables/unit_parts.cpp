#include "energy_tables/unit_parts.h"

#include <algorithm>

#include "base/errors.h"
#include "base/nearest.h"

namespace eyeshift {
namespace {

// Who finishes a group's sums at a column's top.
enum class Finisher {
  none,
  top_pe,    // the column's top PE itself
  fp16_lane  // the mac-fp16 lane beside it, on accelerators that have lanes
};

struct ListedUnit {
  const char* unit;
  std::vector<std::string> pe;
  Finisher finisher;
  std::vector<std::string> top;
};

// Parts whose width is the accumulator's.
constexpr char kAccumulatorAdder[] = "accumulator adder";
constexpr char kAccumulatorMultiplier[] = "accumulator multiplier";

const std::vector<ListedUnit>& all_units() {
  static const std::vector<ListedUnit> units = {
      {"mac-fp16", {"multiplier_fp16", kAccumulatorAdder}, Finisher::none, {}},
      {"mac-int16", {"multiplier_int16", "adder_int16"}, Finisher::none, {}},
      // at the top: convert (an int32 adder, as it is priced), scale
      {"mac-int8",
       {"multiplier_int8", "adder_int32"},
       Finisher::fp16_lane,
       {"adder_int32", "multiplier_fp32"}},
      // subtract the zero point, convert (an int16 adder, as it is priced), multiply, add; at the top: scale
      {"dequant-mac",
       {"adder_int8", "adder_int16", "multiplier_fp16", kAccumulatorAdder},
       Finisher::top_pe,
       {kAccumulatorMultiplier}},
      // scale an input, sum its terms, accumulate
      {"shift-add", {"exponent_adder", "adder_fp16", kAccumulatorAdder}, Finisher::none, {}},
      // scale an input, build the table, accumulate; the table's storage is the lut scratchpad; at the top:
      // multiply-add of row-wise real scales
      {"lut",
       {"exponent_adder", "adder_fp16", kAccumulatorAdder},
       Finisher::fp16_lane,
       {kAccumulatorMultiplier, kAccumulatorAdder}},
  };
  return units;
}

const ListedUnit& find_unit(const std::string& unit) {
  const auto& units = all_units();
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const ListedUnit& u) { return u.unit == unit; });
  if (found != units.end()) return *found;
  std::vector<std::string> known;
  for (const ListedUnit& other : units) known.emplace_back(other.unit);
  throw InputError("no area is known for unit '" + unit + "': known are " + join_names(known));
}

std::vector<std::string> components(const std::vector<std::string>& parts, Accumulator accumulator) {
  const std::string width = accumulator == Accumulator::fp16 ? "fp16" : "fp32";
  std::vector<std::string> named;
  for (const std::string& part : parts) {
    if (part == kAccumulatorAdder)
      named.push_back("adder_" + width);
    else if (part == kAccumulatorMultiplier)
      named.push_back("multiplier_" + width);
    else
      named.push_back(part);
  }
  return named;
}

int64_t column_tops(Finisher finisher, const AcceleratorConfig::Array& array) {
  if (finisher == Finisher::none) return 0;
  if (finisher == Finisher::top_pe) return array.cols;
  const bool has_lanes = std::find(array.units.begin(), array.units.end(), "mac-fp16") != array.units.end();
  if (!has_lanes) return 0;
  return array.fp16_lanes > 0 ? std::min(array.cols, array.fp16_lanes) : array.cols;
}

}  // namespace

UnitParts unit_parts(const std::string& unit, const AcceleratorConfig::Array& array) {
  const ListedUnit& listed = find_unit(unit);
  UnitParts parts{components(listed.pe, array.accumulator), {}, 0};
  if (unit == "dequant-mac" && array.dequant == DequantMode::per_weight) {
    parts.pe.push_back("multiplier_fp16");  // scales every weight; nothing is left to the tops
    return parts;
  }
  parts.tops = column_tops(listed.finisher, array);
  if (parts.tops > 0) parts.top = components(listed.top, array.accumulator);
  return parts;
}

}  // namespace eyeshift
