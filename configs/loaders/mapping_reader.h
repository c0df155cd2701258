#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/types/mapping.h"

namespace eyeshift {

// Reads mappings by layer name from a YAML file {NAME: {m, n, e, p, q, r, t}}, or from one of the names in
// configs/mappings; e may be left out.
// Throws InputError where the file is wrong; whether a mapping fits a layer and an accelerator is for the
// dataflow to check.
std::map<std::string, Mapping> load_mappings(const std::string& path_or_name);

std::vector<std::string> mapping_names();

}  // namespace eyeshift
