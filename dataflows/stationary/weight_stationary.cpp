#include "dataflows/tiled_dataflow.h"

namespace eyeshift {
namespace {

// Weights stay in the PEs for all images and strips: every weight is read from DRAM once. Groups, outputs by
// p t, channels by q r, then images by n and strips by e. The partial sums of all tokens stay in the global
// buffer.
class WeightStationary : public TiledDataflow {
 public:
  std::string_view summary() const override {
    return "weights stay in the PEs for all tokens and are read from DRAM once; partial sums of all tokens "
           "wait";
  }

 protected:
  int64_t psum_tiles(const Case& layer) const override {
    const Tiling& t = layer.tiling;
    return divide_up(t.N, t.n) * divide_up(t.E, t.e);
  }

  void walk(const Case& layer, Detail detail, const Visit& visit) const override {
    const Tiling& t = layer.tiling;
    const Encoding& encoding = layer.geometry.encoding;
    const bool kinds = detail == Detail::kinds;
    const bool kinds_of_strips = kinds && t.pad == 0;
    const int64_t images_tiles = divide_up(t.N, t.n);
    const bool one_tile = t.channel_tiles == 1 && images_tiles == 1 && t.e == t.E;
    walk_tiles(kinds, t.groups, 1, [&](const Tile& group) {
      walk_outputs(kinds, encoding, 0, t.M, t.outputs, [&](const Tile& outputs) {
        walk_channels(kinds, t, [&](const Tile& channels, const Tile& scales) {
          walk_tiles(kinds, t.N, t.n, [&](const Tile& images) {
            walk_tiles(kinds_of_strips, t.E, t.e, [&](const Tile& strip) {
              Pass pass = pass_on(
                  t, layer.geometry,
                  {images, strip, channels, outputs, group.index, scales.begin, scales.begin + scales.size});
              pass.loads_inputs = !one_tile || outputs.first;
              pass.frees_inputs = !one_tile || outputs.last;
              pass.holds_weights = !(images.first && strip.first);
              pass.keeps_weights = !(images.last && strip.last);
              pass.psum_tile = static_cast<int32_t>(strip.index * images_tiles + images.index);
              if (pass.loads_inputs) pass.load_bits = load_bits(t, layer.geometry, layer.shape, pass);
              if (pass.output) pass.store_bits = store_bits(t, layer.geometry, layer.shape, pass);
              visit(pass, group.times * outputs.times * channels.times * images.times * strip.times);
            });
          });
        });
      });
    });
  }
};

const Registration<Dataflow, WeightStationary> weight_stationary_registration("weight-stationary");

}  // namespace
}  // namespace eyeshift
