#pragma once

#include <string>

#include "base/files/json_fields.h"
#include "sim/published/estimate/estimator.h"

namespace eyeshift {

// A layer a row and the total below, millijoules of all of its identical layers by role.
std::string estimate_text(const NetworkEstimate& estimate);
// {network, scheme, bits, tokens, energy_mJ{multiply, add, shift, lut_build, lut_query, total},
// levels_mJ{compute, dram, glb, noc, rf}, latency_s, layers[]}. A layer's energies and latency are of one of
// its `count`, and its operations have their loop bounds and tiling.
Json estimate_json(const NetworkEstimate& estimate);
// A row a layer, of one of its count, with a header.
std::string estimate_csv(const NetworkEstimate& estimate);

}  // namespace eyeshift
