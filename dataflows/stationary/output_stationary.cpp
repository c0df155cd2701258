#include "dataflows/tiled_dataflow.h"

namespace eyeshift {
namespace {

// Partial sums stay in the PEs until all channels are added up: images by n, groups, strips by e, outputs by
// p t, channels by q r. A linear layer's tokens may be split over e columns, which share weights. A PE keeps
// p partial sums of each of its tokens.
class OutputStationary : public TiledDataflow {
 public:
  std::string_view summary() const override {
    return "partial sums stay in the PEs until they are complete; weights and inputs stream past";
  }

 protected:
  bool psums_stay() const override { return true; }
  bool splits_tokens() const override { return true; }
  // All PEs of a chain take part until their partial sums leave.
  std::string refusal(const Case& layer) const override {
    const Tiling& t = layer.tiling;
    const auto sets_of_last = [&](int64_t total) {
      const int64_t last = total - (divide_up(total, t.channels) - 1) * t.channels;
      return divide_up(last, t.q);
    };
    const int64_t sets = divide_up(t.channels, t.q);
    const int64_t last_group = t.C - (divide_up(t.C, t.scale_channels) - 1) * t.scale_channels;
    const int64_t sets_of_last_group = divide_up(std::min(t.channels, last_group), t.q);
    // Where scales are applied at the tops, partial sums leave with every scale group.
    if (sets_of_last(t.scale_channels) == sets && sets_of_last(last_group) == sets_of_last_group &&
        (layer.geometry.finishes || sets_of_last_group == sets))
      return "";
    return "its last tile of inputs has work for fewer than the r = " + std::to_string(sets) +
           " PE sets of a chain, whose partial sums would stay behind: choose r = 1, or a q that divides the "
           "inputs evenly";
  }
  // Two, so that one drains while the next is formed.
  int64_t psum_tiles(const Case& layer) const override {
    const Tiling& t = layer.tiling;
    const int64_t tiles = divide_up(t.N, t.n) * t.groups * divide_up(t.E, t.e) * divide_up(t.M, t.outputs);
    return std::min<int64_t>(2, tiles);
  }

  void walk(const Case& layer, Detail detail, const Visit& visit) const override {
    const Tiling& t = layer.tiling;
    const Encoding& encoding = layer.geometry.encoding;
    const bool kinds = detail == Detail::kinds;
    const bool kinds_of_strips = kinds && t.pad == 0;
    const bool one_tile = t.channel_tiles == 1;
    const int64_t kept_tiles = psum_tiles(layer);
    int64_t tiles = 0;
    walk_images(layer, kinds, [&](const Tile& images) {
      walk_tiles(kinds, t.groups, 1, [&](const Tile& group) {
        walk_tiles(kinds_of_strips, t.E, t.e, [&](const Tile& strip) {
          walk_outputs(kinds, encoding, 0, t.M, t.outputs, [&](const Tile& outputs) {
            walk_channels(kinds, t, [&](const Tile& channels, const Tile& scales) {
              Pass pass = pass_on(
                  t, layer.geometry,
                  {images, strip, channels, outputs, group.index, scales.begin, scales.begin + scales.size});
              pass.loads_inputs = !one_tile || outputs.first;
              pass.frees_inputs = !one_tile || outputs.last;
              pass.psum_in = false;
              const bool finishes = layer.geometry.finishes;
              pass.holds_psums = finishes ? !channels.first : channels.begin > 0;
              pass.keeps_psums = finishes ? !channels.last : !pass.output;
              pass.psum_tile = static_cast<int32_t>(tiles % kept_tiles);
              if (pass.loads_inputs) pass.load_bits = load_bits(t, layer.geometry, layer.shape, pass);
              if (pass.output) pass.store_bits = store_bits(t, layer.geometry, layer.shape, pass);
              visit(pass, images.times * group.times * strip.times * outputs.times * channels.times);
            });
            ++tiles;
          });
        });
      });
    });
  }

 private:
  // Tokens by n; where the last ones do not fill their columns, first full columns, then the rest in one.
  template <typename Body>
  static void walk_images(const Case& layer, bool kinds, const Body& body) {
    const Tiling& t = layer.tiling;
    walk_tiles(kinds, t.N, t.n, [&](Tile images) {
      const int64_t rest = t.conv || images.size < t.column_tokens ? 0 : images.size % t.column_tokens;
      if (rest == 0) {
        body(images);
        return;
      }
      images.size -= rest;
      body(images);
      images.begin += images.size;
      images.size = rest;
      body(images);
    });
  }
};

const Registration<Dataflow, OutputStationary> output_stationary_registration("output-stationary");

}  // namespace
}  // namespace eyeshift
