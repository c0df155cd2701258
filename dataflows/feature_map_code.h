#pragma once

#include <cstdint>
#include <vector>

#include "models/passes/layer_geometry.h"
#include "models/types/schedule.h"

namespace eyeshift {

// 16-bit values of a layer's feature maps as DRAM holds them; only which are zero matters.
struct FeatureMaps {
  const std::vector<uint16_t>& inputs;   // [tokens, K] or [images, C, H, H]
  const std::vector<uint16_t>& outputs;  // [tokens, M] or [images, M, E, E]
};

// The schedule with the lengths that these values have in the chip's run-length code in place of those
// expected for the layer's zero fractions. Streams are as for the latter: each channel's lines of a pass's
// tile are one, all values of a linear layer's tile another, and what the code would lengthen is stored as it
// is. The accelerator must compress.
Schedule with_coded_lengths(const Schedule& schedule, const LayerGeometry& geometry, const FeatureMaps& maps);

}  // namespace eyeshift
