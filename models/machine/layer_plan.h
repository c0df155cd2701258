#pragma once

#include "models/units/layer_geometry.h"

namespace eyeshift {

// What every module shares: the accelerator, the layer's geometry and its schedule.
struct LayerPlan : LayerGeometry {
  LayerPlan(const AcceleratorConfig& config, const Schedule& passes)
      : LayerGeometry(config, passes.encoding, passes.unit, passes.shape.K), schedule(passes) {}

  const Schedule& schedule;
};

}  // namespace eyeshift
