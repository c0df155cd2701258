#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "models/spec/accelerator.h"
#include "models/spec/mapping.h"
#include "traces/format/layer.h"

namespace eyeshift {

// The work between two reloads of the PE array. The tile's inputs are split over `rows` PEs of a column, q
// each (the last row q_last), its outputs over `cols` columns, p each (the last column p_last). Row 0 is
// where a column's chain of partial sums begins; row rows - 1, the top, is where it ends.
struct Pass {
  int32_t rows = 0, cols = 0;
  int32_t q = 0, q_last = 0;
  int32_t p = 0, p_last = 0;
  int32_t input_chunk =
      0;  // inputs that a PE takes at a time; a token's inputs come chunk by chunk, in each row by row
  int32_t tokens = 0;
  int64_t k_begin = 0, m_begin = 0, token_begin = 0;  // in the layer; k_begin counts padding
  int32_t padded_inputs = 0;                          // of the tile's inputs, those beyond K
  int32_t psum_tile = 0;                              // which tile of partial sums in the global buffer
  bool loads_inputs = false;  // first pass on this tile of inputs: DRAM fills a slot of the global buffer
  bool frees_inputs = false;  // last pass on it
  bool psum_in = false;       // chains begin with the partial sums in the global buffer
  bool ends_group = false;    // the tops apply the scales of the group of inputs that ends with this pass
  bool total_in = false;      // and add the total of the groups before, which lies in the global buffer
  bool output = false;        // results leave as 16-bit outputs and drain to DRAM

  int32_t inputs_of(int row) const { return row == rows - 1 ? q_last : q; }
  int32_t outputs_of(int col) const { return col == cols - 1 ? p_last : p; }
  int32_t input_chunks() const { return (q + input_chunk - 1) / input_chunk; }
  // Inputs of a row's chunk; a short last row has none in its last chunks.
  int32_t chunk_inputs(int row, int chunk) const {
    return std::max(0, std::min(input_chunk, inputs_of(row) - chunk * input_chunk));
  }
  int32_t tile_inputs() const { return (rows - 1) * q + q_last; }
  int32_t tile_outputs() const { return (cols - 1) * p + p_last; }
};

// `count` passes that differ only in where they lie: m_begin and psum_tile grow by these steps. Only the
// first of a run may load inputs and only the last may free them.
struct PassRun {
  Pass pass;
  int64_t count = 1;
  int64_t m_step = 0;
  int32_t psum_tile_step = 0;
};

// All that the machine needs to run one layer.
struct Schedule {
  LayerShape shape;
  Encoding encoding;
  int64_t tokens = 0;
  std::string unit;
  int32_t input_slots = 1;  // tiles of inputs that the global buffer holds: 2 with double buffering
  int32_t input_banks = 0;  // of the shared banks, those that hold inputs
  int32_t psum_banks = 0;   // and those that hold partial sums and outputs
  int64_t input_slot_bits = 0;
  int64_t psum_tile_bits = 0;  // one tile of partial sums, running totals included
  int32_t psum_tiles = 0;
  std::vector<PassRun> runs;
};

// Walks a schedule pass by pass.
class PassCursor {
 public:
  explicit PassCursor(const Schedule& schedule) : schedule_(&schedule) { load(); }

  bool done() const { return run_ == schedule_->runs.size(); }
  int64_t index() const { return index_; }  // of the pass, from 0
  const Pass& pass() const { return pass_; }
  void next();

 private:
  void load();
  const Schedule* schedule_;
  size_t run_ = 0;
  int64_t repetition_ = 0;
  int64_t index_ = 0;
  Pass pass_;
};

int64_t pass_count(const Schedule& schedule);

}  // namespace eyeshift
