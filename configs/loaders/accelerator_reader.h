#pragma once

#include <string>
#include <vector>

#include "models/types/accelerator.h"

namespace eyeshift {

// Reads an accelerator from a YAML file, or by the name of one in configs/accelerators. `known_units`: those
// that array.units may list. Throws InputError for whatever no machine could be built from: file, line,
// key, value, remedy.
//
// `settings`, each KEY=VALUE such as array.rows=32, take the place of the file's values. They are checked as
// the file is, with "--set KEY=VALUE" as their place, and put behind the name: "eyeriss-168 (array.rows=32)".
AcceleratorConfig load_accelerator(const std::string& path_or_name,
                                   const std::vector<ListedUnit>& known_units,
                                   const std::vector<std::string>& settings = {});

// The accelerators that come with the program, sorted by name.
std::vector<std::string> accelerator_names();

}  // namespace eyeshift
