#pragma once

#include "dataflows/tiled_dataflow.h"

namespace eyeshift {

// Row stationary's order of tiles: images by n, groups, strips by e, outputs by m, channels by q r, outputs
// by p t. A tile of inputs serves all tiles of outputs whose partial sums stay in the global buffer.
class RowOrder : public TiledDataflow {
 protected:
  void walk(const Case& layer, Detail detail, const Visit& visit) const override;
  int64_t psum_tiles(const Case& layer) const override { return layer.tiling.resident_tiles; }
};

}  // namespace eyeshift
