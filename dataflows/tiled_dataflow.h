#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dataflows/dataflow.h"
#include "dataflows/tiling.h"
#include "models/passes/pass_work.h"

namespace eyeshift {

// What the dataflows share: they cut a layer into tiles, a tile is a pass, and each walks the tiles in its
// own order and keeps another operand in the PEs meanwhile.
class TiledDataflow : public Dataflow {
 public:
  std::vector<MappingEstimate> mappings(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                        const AcceleratorConfig& accelerator,
                                        const std::string& unit) const final;
  // All r and, of e, p, q, t and n, all sizes that cut the layer into another number of tiles: of those that
  // make as many, the most even. Of m the largest, since larger ones only load inputs less often.
  void for_all_mappings(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                        const AcceleratorConfig& accelerator, const std::string& unit,
                        const std::function<void(const MappingEstimate&)>& take) const final;
  void check(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
             const AcceleratorConfig& accelerator, const std::string& unit,
             const Mapping& mapping) const final;
  MappingEstimate estimate(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                           const AcceleratorConfig& accelerator, const std::string& unit,
                           const Mapping& mapping) const final;
  Schedule schedule(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                    const AcceleratorConfig& accelerator, const std::string& unit,
                    const Mapping& mapping) const final;

 protected:
  // A layer under one mapping.
  struct Case {
    const LayerShape& shape;
    const LayerGeometry& geometry;
    int64_t tokens;
    Mapping mapping;
    Tiling tiling;
  };
  enum class Detail { every_pass, kinds };
  // Called for a pass, or for `times` passes that are alike.
  using Visit = std::function<void(const Pass& pass, int64_t times)>;

  // The passes in order, or by kinds.
  virtual void walk(const Case& layer, Detail detail, const Visit& visit) const = 0;
  // Tiles of partial sums in the global buffer.
  virtual int64_t psum_tiles(const Case& layer) const = 0;
  // Why this dataflow cannot run the mapping though its tiles would fit, or nothing.
  virtual std::string refusal(const Case&) const { return ""; }
  // Whether partial sums of a pass's tokens, or their inputs, stay in the PEs.
  virtual bool psums_stay() const { return false; }
  virtual bool inputs_stay() const { return false; }
  // The sizes that e and n may take; convolutions split output rows over e columns, linear layers tokens, if
  // at all.
  virtual bool splits_tokens() const { return false; }

 private:
  std::vector<Mapping> candidates(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens,
                                  int slots) const;
  using Take = std::function<void(const MappingEstimate&)>;
  struct Space {
    const LayerShape& shape;
    const LayerGeometry& geometry;
    int64_t tokens;
    int slots;  // of inputs in the global buffer, at least
    Search search;
  };
  void take_all(const Space& space, const Take& take) const;
  void take_buffered(const Space& space, Mapping mapping, const Take& take) const;
  [[noreturn]] void throw_fits_none(const LayerShape& shape, const LayerGeometry& geometry,
                                    int64_t tokens) const;
  // Whether a mapping's tiles fit and leave room for so many slots of inputs in the global buffer.
  bool fits(const Case& layer, int slots) const;
  MappingEstimate estimate_case(const Case& layer, PassWorks& works) const;
  Schedule layout(const Case& layer) const;
  std::string violation(const Case& layer) const;
  std::string capacity_violation(const Case& layer) const;
  std::string pe_violation(const Case& layer) const;
  std::string buffer_violation(const Case& layer) const;
  static void check_size(const LayerShape& shape, int64_t tokens);
  static Case make_case(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens,
                        const Mapping& mapping);
};

// Walks with `Walk` if kinds suffice, else tile by tile.
template <typename Body>
void walk_tiles(bool kinds, int64_t total, int64_t tile, const Body& body) {
  if (kinds)
    KindsOfTiles::walk(total, tile, body);
  else
    EveryTile::walk(total, tile, body);
}

// Walks tiles of `total` outputs that lie from `begin` on.
template <typename Body>
void walk_outputs(bool kinds, const Encoding& encoding, int64_t begin, int64_t total, int64_t tile,
                  const Body& body) {
  if (kinds && scales_differ_by_place(encoding)) {
    const int64_t rows = encoding.group_rows;
    KindsOfTilesByMarks{rows - begin % rows, rows}.walk(total, tile, body);
  } else {
    walk_tiles(kinds, total, tile, body);
  }
}

// Walks tiles of channels that do not straddle scale groups: body(channels, scale group).
template <typename Body>
void walk_channels(bool kinds, const Tiling& tiling, const Body& body) {
  walk_tiles(kinds, tiling.C, tiling.scale_channels, [&](const Tile& group) {
    walk_tiles(kinds, group.size, tiling.channels, [&](Tile tile) {
      tile.begin += group.begin;
      tile.times *= group.times;
      body(tile, group);
    });
  });
}

}  // namespace eyeshift
