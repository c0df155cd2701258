#pragma once

#include <cstdint>

#include "models/passes/layer_geometry.h"

namespace eyeshift {

// Where the PEs that a layer may use are, and how its chains stand in them: all of the array, or the rows and
// columns that keep a mac-fp16.
struct ArrayRegion {
  int64_t rows = 0, cols = 0;
  int64_t first_row = 0;  // physical, row 0 is the bottom
  // Chains may stand one above the other: their tops need nothing that only the top row has.
  bool stacks = true;

  int64_t columns(int64_t chain) const { return cols * (stacks ? rows / chain : 1); }
};
ArrayRegion region_of(const LayerGeometry& geometry);

// A physical PE: row 0 is the bottom.
struct PePlace {
  int row = 0, col = 0;
  bool operator==(const PePlace& other) const { return row == other.row && col == other.col; }
};

// From a schedule's chains, `rows` PEs in each of `cols` columns, to the PEs of the array: as many chains as
// the region is wide stand side by side in a band, the next ones in the band above. Chains that do not stack
// end at the region's top row.
class ArrayPlacement {
 public:
  ArrayPlacement(const LayerGeometry& geometry, int rows, int cols);

  PePlace place(int row, int col) const {
    return {first_row_ + col / region_cols_ * rows_ + row, col % region_cols_};
  }
  // The chains' PE at a place, as row * cols + column; -1 where there is none.
  int pe_at(const PePlace& place) const;

 private:
  const int rows_, cols_;
  int region_cols_ = 1, first_row_ = 0;
};

}  // namespace eyeshift
