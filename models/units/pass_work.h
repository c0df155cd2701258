#pragma once

#include <array>
#include <cstdint>

#include "models/spec/action_counts.h"
#include "models/spec/result.h"
#include "models/spec/schedule.h"
#include "models/units/layer_geometry.h"

namespace eyeshift {

// What a pass gives each resource to do, derived from the pass alone: how many core cycles it keeps each of
// them busy, and how often each action will happen.
struct PassWork {
  std::array<int64_t, kBounds> busy_cycles{};  // by Bound
  ActionCounts actions;

  Bound bound() const;  // the resource that is busy longest
  int64_t cycles() const { return busy_cycles[static_cast<size_t>(bound())]; }
};

PassWork pass_work(const LayerGeometry& geometry, const Pass& pass);

}  // namespace eyeshift
