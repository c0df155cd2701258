#include "dataflows/sizes.h"
#include "dataflows/tiled_dataflow.h"
#include "models/passes/array_region.h"

namespace eyeshift {

void TiledDataflow::for_all_mappings(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                     const AcceleratorConfig& accelerator, const std::string& unit,
                                     const Take& take) const {
  check_size(shape, tokens);
  const LayerGeometry geometry(accelerator, shape, encoding, unit);
  bool found = false;
  const auto take_one = [&](const MappingEstimate& estimate) {
    found = true;
    take(estimate);
  };
  for (int slots = accelerator.glb.double_buffer ? 2 : 1; slots > 0; --slots)
    take_all({shape, geometry, tokens, slots, Search::all}, take_one);
  if (!found) throw_fits_none(shape, geometry, tokens);
}

void TiledDataflow::take_all(const Space& space, const Take& take) const {
  const auto& [shape, geometry, tokens, slots, search] = space;
  const ArrayRegion region = region_of(geometry);
  const int64_t granule = geometry.unit.input_granule(geometry.encoding);
  const Tiling whole(shape, geometry, tokens, {shape.M, tokens, 1, 1, granule, 1, 1});
  const bool splits = !whole.conv && splits_tokens();
  const auto fits_with = [&, &shape = shape, &geometry = geometry, tokens = tokens, slots = slots](
                             int64_t e, int64_t q, int64_t p, int64_t r, int64_t t) {
    return fits(make_case(shape, geometry, tokens, {p * t, splits ? e : 1, e, p, q, r, t}), slots);
  };
  const int64_t split = whole.conv ? whole.E : splits ? tokens : 1;
  for (int64_t r = region.rows / whole.R; r > 0; --r) {
    const int64_t columns = region.columns(r * whole.R);
    for (const int64_t e :
         sizes(split, 1, 1, columns, kAll, [&](int64_t e) { return fits_with(e, granule, 1, 1, 1); }))
      for (const int64_t q : sizes(whole.scale_channels, r, granule, whole.scale_channels, kAll,
                                   [&](int64_t q) { return fits_with(e, q, 1, r, 1); })) {
        if (divide_up(whole.scale_channels, q) < r) continue;  // the same as with a smaller r
        for (const int64_t p :
             sizes(whole.M, 1, 1, whole.M, kAll, [&](int64_t p) { return fits_with(e, q, p, r, 1); }))
          for (const int64_t t : sizes(divide_up(whole.M, p), 1, 1, columns / e, kAll,
                                       [&](int64_t t) { return fits_with(e, q, p, r, t); }))
            take_buffered(space, {0, 0, e, p, q, r, t}, take);
      }
  }
}

}  // namespace eyeshift
