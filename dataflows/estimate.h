#pragma once

#include "models/spec/mapping.h"
#include "models/spec/schedule.h"
#include "models/units/layer_geometry.h"

namespace eyeshift {

// What a schedule will count and roughly how long it will take: its actions exactly (the machine counts the
// same), its cycles as the sum over passes of the resource that is busy longest, without ramps and stalls.
MappingEstimate estimate(const LayerGeometry& geometry, const Schedule& schedule, const Mapping& mapping);

}  // namespace eyeshift
