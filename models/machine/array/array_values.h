#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"

namespace eyeshift {

// The values inside the array in a functional run: scratchpads, chains and the FIFOs at their ends. The
// timing model decides what happens and when; this computes with it. A timing run has none of it.
class ArrayValues {
 public:
  ArrayValues(const LayerPlan& plan, int product_shift);

  void take_filter(int pe, const FilterFlit<true>& flit);
  void take_input(int pe, const InputFlit<true>& flit);
  void take_token_scale(int col, const InputFlit<true>& flit);
  void take_psums(const PsumFlit<true>& flit);

  void begin_token(int pe, const PeTile& tile, int token);
  // `used` inputs lie before those that the step works on; `leave` of the oldest go when it ends.
  void execute(int pe, const PeTile& tile, int step, int group, int token, int used, int leave);
  // The chain moves partial sum number `psum` of a token: from below (or the bank) and its own scratchpad, to
  // the PE above or, at the top, to the column's FIFO.
  void chain(int pe, const PeTile& tile, int token, int psum, int pe_above);
  void end_pass(int pe);
  void drop_inputs(int pe, int inputs);

  PsumFlit<true> take_output(int col, int count);

 private:
  struct Block {
    int64_t pass = 0;
    BitString bits;
    int64_t content_at[kContents] = {-1, -1, -1, -1};
  };
  struct Pe {
    std::deque<Block> blocks;
    std::vector<float> inputs;
    std::vector<double> psums;  // [tokens, outputs, partial sums an output]
    std::vector<float> lut;
    std::deque<double> from_below;
    std::vector<double> finishing;  // an output's partial sums, until all have come
  };
  PeValues values_of(Pe& pe, const PeTile& tile) const;
  double* psums_of(Pe& pe, const PeTile& tile, int token) const {
    return pe.psums.data() + int64_t{token} * tile.outputs * plan_.psums_per_output;
  }

  const LayerPlan& plan_;
  const int product_shift_;
  std::vector<Pe> pes_;
  const Block none_;                                            // of a PE without weights
  std::vector<std::deque<double>> bottoms_, totals_, outputs_;  // a column
  std::vector<std::deque<float>> token_scales_;                 // a column
};

}  // namespace eyeshift
