#include "models/passes/array_region.h"

#include <algorithm>

namespace eyeshift {

ArrayRegion region_of(const LayerGeometry& geometry) {
  const auto& array = geometry.accelerator.array;
  ArrayRegion region{array.rows, array.cols, 0, !geometry.finishes};
  if (array.fp16_lanes == 0 || array.units.size() == 1) return region;
  const bool in_lanes = geometry.unit.in_fp16_lanes();
  if (in_lanes) region.rows = std::max<int64_t>(1, array.fp16_lanes / array.cols);
  if (in_lanes || geometry.unit.finishes_in_fp16_lanes(geometry.encoding))
    region.cols = std::min<int64_t>(array.cols, array.fp16_lanes);
  region.first_row = array.rows - region.rows;
  return region;
}

ArrayPlacement::ArrayPlacement(const LayerGeometry& geometry, int rows, int cols) : rows_(rows), cols_(cols) {
  const ArrayRegion region = region_of(geometry);
  region_cols_ = static_cast<int>(region.cols);
  first_row_ = static_cast<int>(region.stacks ? region.first_row : region.first_row + region.rows - rows);
}

int ArrayPlacement::pe_at(const PePlace& place) const {
  const int above = place.row - first_row_;
  if (above < 0 || place.col < 0 || place.col >= region_cols_) return -1;
  const int col = above / rows_ * region_cols_ + place.col;
  return col < cols_ ? above % rows_ * cols_ + col : -1;
}

}  // namespace eyeshift
