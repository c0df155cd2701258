#pragma once

#include "models/passes/layer_geometry.h"

namespace eyeshift {

// Passes whose programs the array's control holds: those that its PEs work on and those that come next. No
// partial sums come for a later one.
inline constexpr int kPassesInFlight = 4;

// What every module shares: the accelerator, the layer's geometry and its schedule.
struct LayerPlan : LayerGeometry {
  LayerPlan(const AcceleratorConfig& config, const Schedule& passes)
      : LayerGeometry(config, passes.shape, passes.encoding, passes.unit), schedule(passes) {}

  const Schedule& schedule;
};

// The distance, in words, at which `count` blocks of so many words lie in their banks: each begins at the
// first bank where they all fit that way, so that it does not matter which is which.
inline int64_t bank_aligned(int64_t words, int64_t count, int64_t banks,
                            const AcceleratorConfig& accelerator) {
  const int64_t aligned = (words + banks - 1) / banks * banks;
  const int64_t room = banks * accelerator.glb.bank_bytes * 8 / accelerator.glb.port_bits;
  return aligned * count <= room ? aligned : words;
}

}  // namespace eyeshift
