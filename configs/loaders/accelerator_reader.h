#pragma once

#include <string>
#include <vector>

#include "models/types/accelerator.h"

namespace eyeshift {

// Reads an accelerator from a YAML file, or by the name of one in configs/accelerators. `known_units`: those
// that array.units may list. Throws InputError for whatever no machine could be built from: file, line,
// key, value, remedy.
AcceleratorConfig load_accelerator(const std::string& path_or_name,
                                   const std::vector<ListedUnit>& known_units);

// The accelerators that come with the program, sorted by name.
std::vector<std::string> accelerator_names();

}  // namespace eyeshift
