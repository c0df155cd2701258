#pragma once

#include <algorithm>
#include <cstdint>

#include "base/integers.h"
#include "models/passes/layer_geometry.h"
#include "models/types/mapping.h"
#include "models/types/schedule.h"

namespace eyeshift {

// A layer cut up by a mapping, in the letters of a convolution. A linear layer is one with a single output
// pixel a token: R = E = 1, its inputs are channels, its tokens images. All sizes are of one group of
// channels.
struct Tiling {
  Tiling(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens, const Mapping& mapping);

  bool conv;
  int64_t N, groups;         // images, groups of channels
  int64_t C, M;              // channels, padded to what the unit takes at a time; outputs
  int64_t padding;           // of the channels
  int64_t R, E, U, pad, H;   // filter, output, stride, padding, input without padding
  int64_t scale_channels;    // that share row-wise scales: tiles of channels do not straddle them
  int64_t n, e, p, q, r, t;  // the mapping's, no larger than the layer
  int64_t column_tokens;     // linear: of a column, n / e of the mapping
  int64_t channels;          // of a tile
  int64_t outputs;           // of a tile
  int64_t channel_tiles;     // in all
  int64_t resident_tiles;    // tiles of outputs whose partial sums stay in the global buffer, by m
};

// A part of a loop: `times` alike tiles, of which this one is the first.
struct Tile {
  int64_t begin = 0, size = 0, index = 0, times = 1;
  bool first = true, last = true;  // of the loop
};

// Walks a loop tile by tile.
struct EveryTile {
  template <typename Visit>
  static void walk(int64_t total, int64_t tile, const Visit& visit) {
    for (int64_t begin = 0, index = 0; begin < total; begin += tile, ++index)
      visit(Tile{begin, std::min(tile, total - begin), index, 1, begin == 0, begin + tile >= total});
  }
};

// Walks a loop by its kinds of tiles: the first, those between, the last.
struct KindsOfTiles {
  template <typename Visit>
  static void walk(int64_t total, int64_t tile, const Visit& visit) {
    const int64_t tiles = divide_up(total, tile);
    visit(Tile{0, std::min(tile, total), 0, 1, true, tiles == 1});
    if (tiles > 2) visit(Tile{tile, tile, 1, tiles - 2, false, false});
    if (tiles > 1) visit(Tile{(tiles - 1) * tile, total - (tiles - 1) * tile, tiles - 1, 1, false, true});
  }
};

// Walks a loop whose tiles differ where a mark lies inside one, from `offset` on one every `distance`: the
// first and the last tile, those with a mark, and for all others one of them.
struct KindsOfTilesByMarks {
  int64_t offset, distance;

  template <typename Visit>
  void walk(int64_t total, int64_t tile, const Visit& visit) const {
    const int64_t tiles = divide_up(total, tile);
    const auto at = [&](int64_t index, int64_t times) {
      visit(Tile{index * tile, std::min(tile, total - index * tile), index, times, index == 0,
                 index == tiles - 1});
    };
    at(0, 1);
    int64_t next = 1, plain = 0, plain_index = 0;  // the first tile not told yet; those without a mark
    const auto pass_plain = [&](int64_t end) {
      if (next < end) plain_index = next;
      plain += std::max<int64_t>(0, end - next);
    };
    for (int64_t mark = offset; mark < (tiles - 1) * tile; mark += distance) {
      const int64_t index = mark / tile;
      if (mark % tile == 0 || index < next) continue;
      pass_plain(index);
      at(index, 1);
      next = index + 1;
    }
    pass_plain(tiles - 1);
    if (plain > 0) at(plain_index, plain);
    if (tiles > 1) at(tiles - 1, 1);
  }
};

// The part of the layer that a pass works on.
struct PassTile {
  Tile images, strip, channels, outputs;   // channels within their scale group
  int64_t group = 0;                       // of channels
  int64_t scale_begin = 0, scale_end = 0;  // channels of the scale group
};

// The pass on a part of the layer: all but what its dataflow decides, which is which operands are loaded,
// held and kept and where its partial sums lie.
Pass pass_on(const Tiling& tiling, const LayerGeometry& geometry, const PassTile& tile);

// Bits of a pass's inputs in DRAM, without the padding of the image; compressed where the accelerator
// compresses.
int64_t load_bits(const Tiling& tiling, const LayerGeometry& geometry, const LayerShape& shape,
                  const Pass& pass);
// The same for its outputs.
int64_t store_bits(const Tiling& tiling, const LayerGeometry& geometry, const LayerShape& shape,
                   const Pass& pass);

}  // namespace eyeshift
