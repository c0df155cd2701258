#pragma once

#include <string>
#include <vector>

#include "models/types/accelerator.h"
#include "models/types/unit_parts.h"

namespace eyeshift {

// The units that an accelerator may list: those with parts of their own, sorted by name.
std::vector<ListedUnit> listed_units();
std::vector<std::string> listed_unit_names();

// The half-precision lane: the listed unit that an accelerator's fp16_lanes count.
const std::string& lane_unit();
bool has_lanes(const AcceleratorConfig::Array& array);
// Column tops with a lane beside them, 0 where the array has none.
int64_t lanes_at_tops(const AcceleratorConfig::Array& array);

// The accelerator with `unit` in every PE and nothing else but the half-precision lanes that the
// configuration states: what `compare` runs a scheme@unit on, so that area counts only what the scheme needs.
// Throws InputError where the accelerator does not list the unit.
AcceleratorConfig specialised(const AcceleratorConfig& config, const std::string& unit);

// The units that an accelerator lists, in its order. Throws InputError for a unit that is not known.
std::vector<PlacedUnit> placed_units(const AcceleratorConfig& accelerator);

}  // namespace eyeshift
