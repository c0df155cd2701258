#pragma once

#include <string>
#include <vector>

#include "models/spec/accelerator.h"

namespace eyeshift {

// The components that one PE's unit consists of, scratchpads and table storage apart: rows of a table's
// `components`. Throws InputError for a unit whose parts are not listed in unit_parts.cpp.
std::vector<std::string> unit_parts(const std::string& unit, const AcceleratorConfig::Array& array);

}  // namespace eyeshift
