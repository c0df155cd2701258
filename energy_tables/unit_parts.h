#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/types/accelerator.h"

namespace eyeshift {

// The components that a unit consists of, scratchpads and table storage apart: rows of a table's
// `components`.
struct UnitParts {
  std::vector<std::string> pe;   // in every PE that has the unit
  std::vector<std::string> top;  // at every column top that finishes groups: what applies their real scales
  int64_t tops = 0;              // how many column tops that are; 0 without `top`
};

// The parts of `unit` on this array. Throws InputError for a unit whose parts are not listed in
// unit_parts.cpp.
UnitParts unit_parts(const std::string& unit, const AcceleratorConfig::Array& array);

}  // namespace eyeshift
