#include "dataflows/row_order.h"

namespace eyeshift {

void RowOrder::walk(const Case& layer, Detail detail, const Visit& visit) const {
  const Tiling& t = layer.tiling;
  const Encoding& encoding = layer.geometry.encoding;
  const bool kinds = detail == Detail::kinds;
  const bool kinds_of_strips = kinds && t.pad == 0;
  const bool one_tile = t.channel_tiles == 1;  // which then stays for all outputs
  PassTile tile;
  walk_tiles(kinds, t.N, t.n, [&](const Tile& images) {
    walk_tiles(kinds, t.groups, 1, [&](const Tile& group) {
      walk_tiles(kinds_of_strips, t.E, t.e, [&](const Tile& strip) {
        walk_outputs(kinds, encoding, 0, t.M, t.resident_tiles * t.outputs, [&](const Tile& resident) {
          walk_channels(kinds, t, [&](const Tile& channels, const Tile& scales) {
            walk_outputs(kinds, encoding, resident.begin, resident.size, t.outputs, [&](const Tile& outputs) {
              tile = {
                  images, strip, channels, outputs, group.index, scales.begin, scales.begin + scales.size};
              tile.outputs.begin += resident.begin;
              Pass pass = pass_on(t, layer.geometry, tile);
              pass.loads_inputs = outputs.first && (!one_tile || resident.first);
              pass.frees_inputs = outputs.last && (!one_tile || resident.last);
              pass.psum_tile = static_cast<int32_t>(outputs.index);
              if (inputs_stay()) {
                pass.holds_inputs = !pass.loads_inputs;
                pass.keeps_inputs = !pass.frees_inputs;
                pass.frees_inputs = pass.loads_inputs;  // in the global buffer nobody wants them again
              }
              if (pass.loads_inputs) pass.load_bits = load_bits(t, layer.geometry, layer.shape, pass);
              if (pass.output) pass.store_bits = store_bits(t, layer.geometry, layer.shape, pass);
              visit(pass, images.times * group.times * strip.times * resident.times * channels.times *
                              outputs.times);
            });
          });
        });
      });
    });
  });
}

namespace {

// Eyeriss's dataflow (Chen et al., ISCA 2016; mapping as in JSSC 2017, Table III). A linear layer is a
// convolution with R = E = 1: a PE takes its inputs as a stream, so q is bounded by the filter scratchpad
// alone.
class RowStationary : public RowOrder {
 public:
  std::string_view summary() const override {
    return "rows of filters stay in the PEs, rows of inputs go along diagonals, partial sums up the columns "
           "(Eyeriss)";
  }
};

const Registration<Dataflow, RowStationary> row_stationary_registration("row-stationary");

}  // namespace
}  // namespace eyeshift
