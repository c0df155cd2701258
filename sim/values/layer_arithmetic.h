#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/passes/layer_geometry.h"
#include "models/types/memory_image.h"
#include "traces/format/layer.h"

namespace eyeshift {

// A linear layer in its unit's own arithmetic: the outputs of a functional run, bit for bit, without the
// machine's clock. The units compute (Unit::execute, add, finish), many tokens at a time; the schedule says
// in which order sums are taken: the inputs of a PE in turn, over as many passes as it keeps its partial
// sums, then the chain from row 0 up, behind the sums of the passes before.
class LayerArithmetic {
 public:
  // Of the schedule, made for any number of tokens, the order of sums counts: that of its first tile of
  // tokens. The layer must outlive this. Throws InputError where the unit cannot run the layer's encoding,
  // InternalError where the layer is no linear one.
  LayerArithmetic(const Layer& layer, const Schedule& schedule, const AcceleratorConfig& accelerator);
  LayerArithmetic(const LayerArithmetic&) = delete;
  LayerArithmetic& operator=(const LayerArithmetic&) = delete;

  // [tokens, M] of inputs [tokens, K], half-precision bits. Fixed-point inputs share one exponent, that of
  // the largest. May be called from several threads.
  std::vector<uint16_t> outputs(const std::vector<uint16_t>& inputs, int64_t tokens) const;

  int64_t inputs() const { return layer_.shape.K; }  // of a token

 private:
  // What one PE holds in a pass, and the length of its program.
  struct Pe {
    BitString bits;
    std::array<int64_t, kContents> content_at;  // -1: none
    int groups = 0, steps = 0;
  };
  struct TileOfInputs {
    Pass pass;
    std::vector<Pe> pes;  // [rows, sets]
  };
  // The tiles of inputs of one tile of outputs, in order.
  using TileOfOutputs = std::vector<TileOfInputs>;
  // Tokens that are computed side by side, as the unit takes them.
  struct Tokens {
    int count = 0;
    std::vector<float> inputs;  // [K with padding, count]
    std::array<float, kTokensAtOnce> scales{};
    int product_shift = 0;
  };
  struct Scratch;

  TileOfInputs tile_of(const Pass& pass) const;
  PeValues values_of(const TileOfInputs& tile, int row, int set, const Tokens& tokens,
                     Scratch& scratch) const;
  void run_pe(const TileOfInputs& tile, int row, int set, const Tokens& tokens, Scratch& scratch) const;
  // The sums [outputs of the set, tokens] that leave the array, of one set of a tile of outputs.
  const std::vector<double>& run_set(const TileOfOutputs& tiles, int set, const Tokens& tokens,
                                     Scratch& scratch) const;

  const AcceleratorConfig accelerator_;
  const Layer& layer_;
  const LayerGeometry geometry_;
  std::vector<TileOfOutputs> tiles_;
};

}  // namespace eyeshift
