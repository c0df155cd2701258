#include "energy_tables/unit_parts.h"

#include <algorithm>

#include "configs/reader/errors.h"
#include "configs/reader/nearest.h"

namespace eyeshift {
namespace {

struct UnitParts {
  const char* unit;
  std::vector<std::string> parts;
};

// Parts whose width follows the accelerator.
constexpr char kAccumulatorAdder[] = "accumulator adder";
constexpr char kScaleMultiplier[] = "scale multiplier";

const std::vector<UnitParts>& all_units() {
  static const std::vector<UnitParts> units = {
      {"mac-fp16", {"multiplier_fp16", kAccumulatorAdder}},
      {"mac-int8", {"multiplier_int8", "adder_int32"}},
      // subtract the zero point, convert (an int16 adder, as it is priced), multiply, add, scale
      {"dequant-mac", {"adder_int8", "adder_int16", "multiplier_fp16", kAccumulatorAdder, kScaleMultiplier}},
      // scale an input, sum its terms, accumulate
      {"shift-add", {"exponent_adder", "adder_fp16", kAccumulatorAdder}},
      // scale an input, build the table, accumulate; the table's storage is the lut scratchpad
      {"lut", {"exponent_adder", "adder_fp16", kAccumulatorAdder}},
  };
  return units;
}

std::string component(const std::string& part, const AcceleratorConfig::Array& array) {
  const std::string accumulator = array.accumulator == Accumulator::fp16 ? "fp16" : "fp32";
  if (part == kAccumulatorAdder) return "adder_" + accumulator;
  // A scale multiplies a complete sum, or in the naive variant every weight.
  if (part == kScaleMultiplier)
    return "multiplier_" + (array.dequant == DequantMode::per_weight ? "fp16" : accumulator);
  return part;
}

}  // namespace

std::vector<std::string> unit_parts(const std::string& unit, const AcceleratorConfig::Array& array) {
  const auto& units = all_units();
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const UnitParts& u) { return u.unit == unit; });
  if (found == units.end()) {
    std::vector<std::string> known;
    for (const UnitParts& other : units) known.emplace_back(other.unit);
    throw InputError("no area is known for unit '" + unit + "': known are " + join_names(known));
  }
  std::vector<std::string> parts;
  for (const std::string& part : found->parts) parts.push_back(component(part, array));
  return parts;
}

}  // namespace eyeshift
