#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "models/types/accelerator.h"
#include "models/types/mapping.h"
#include "traces/format/layer.h"

namespace eyeshift {

// The work between two reloads of the PE array, in chains: columns of `rows` PEs that add up their partial
// sums from row 0, the bottom, to row rows - 1, the top.
//
// A convolution's PE sets (Chen et al., JSSC 2017): a chain holds rows / set_rows sets one above the other,
// which split the input channels; of a set, PE i holds row i of the filters, set_rows of them. Column c works
// on output row c / sets of the strip, which is `width` rows high, and on the outputs of set c % sets, p
// each. A PE keeps `taps` columns of its channels in a window of q inputs, which slides by step_taps columns
// from one output pixel to the next. A token is one product of weights and window: an output pixel of a row
// of row_tokens pixels, of every image one row.
//
// A linear layer is the same with set_rows = taps = row_tokens = 1: a PE takes q fresh inputs a token. With
// width > 1 the columns split the tokens.
struct Pass {
  int32_t rows = 0, set_rows = 1;
  int32_t sets = 0, width = 1;
  int32_t q = 0, q_last = 0;  // inputs of a PE's window; of the last set of a chain
  int32_t p = 0, p_last = 0;  // outputs of a column; of the last set
  int32_t taps = 1, step_taps = 1;
  int32_t line_step = 1;  // lines of inputs between two output rows
  int32_t input_chunk =
      0;  // inputs that a PE takes at a time; a token's inputs come chunk by chunk, each line by line
  int32_t tokens = 0;  // of a column
  int32_t row_tokens = 1;
  int64_t k_begin = 0;  // linear: first input; convolution: first channel of its group. Counts padding
  int64_t m_begin = 0, token_begin = 0;  // first output; first token or image
  int32_t y_begin = 0;                   // convolution: first output row of the strip
  int32_t padded_inputs = 0;             // of the tile's inputs, those beyond K
  int32_t psum_tile = 0;                 // which tile of partial sums in the global buffer
  int64_t load_bits = 0;                 // of inputs that come from DRAM for this pass; 0: none do
  int64_t store_bits = 0;                // of outputs that go to DRAM from this pass; 0: none do
  bool loads_inputs = false;  // first pass on this tile of inputs: a slot of the global buffer is filled
  bool frees_inputs = false;  // last pass on it
  bool psum_in = false;       // chains begin with the partial sums in the global buffer
  bool ends_group = false;    // the tops apply the scales of the group of inputs that ends with this pass
  bool total_in = false;      // and add the total of the groups before, which lies in the global buffer
  bool output = false;        // results leave as 16-bit outputs and drain to DRAM
  // What PEs still hold from the pass before, and keep for the next: weights, inputs or partial sums.
  bool holds_weights = false, keeps_weights = false;
  bool holds_inputs = false, keeps_inputs = false;
  bool holds_psums = false, keeps_psums = false;
  // How many passes ago the partial sums, the totals that this pass reads were written, and the outputs that
  // lie in its tile were formed; 0: none.
  int64_t psum_back = 0, total_back = 0, output_back = 0;

  int32_t cols() const { return sets * width; }
  int32_t chain_sets() const { return rows / set_rows; }
  int32_t set_inputs(int set) const { return set == chain_sets() - 1 ? q_last : q; }
  int32_t inputs_of(int row) const { return set_inputs(row / set_rows); }
  int32_t outputs_of(int col) const { return col % sets == sets - 1 ? p_last : p; }
  int64_t m_of(int col) const { return m_begin + int64_t{col % sets} * p; }

  // Lines of inputs: those of a set are consecutive, line h of it goes to PE i of output row j where
  // h = j line_step + i.
  int32_t set_lines() const { return (width - 1) * line_step + set_rows; }
  int32_t lines() const { return chain_sets() * set_lines(); }
  // Inputs of a set's line that the `token`-th token brings.
  int32_t fresh_inputs(int set, int token) const {
    const int32_t all = set_inputs(set);
    return token % row_tokens == 0 ? all : all / taps * step_taps;
  }
  // Those of them in a chunk; a short last set has none in its last chunks.
  int32_t chunk_inputs(int set, int token, int chunk) const {
    return std::max(0, std::min(input_chunk, fresh_inputs(set, token) - chunk * input_chunk));
  }
  int32_t chunks(int token) const { return (fresh_inputs(0, token) + input_chunk - 1) / input_chunk; }

  // Inputs that a chain covers and outputs that a strip's row has.
  int32_t tile_inputs() const { return (chain_sets() - 1) * q + q_last; }
  int32_t tile_outputs() const { return (sets - 1) * p + p_last; }
  // All inputs of the tile, as they lie in the global buffer.
  int64_t stream_inputs() const {
    const int64_t rows_of_tokens = tokens / row_tokens;
    return rows_of_tokens * set_lines() *
           (tile_inputs() + (row_tokens - 1) * int64_t{tile_inputs() / taps * step_taps});
  }
  int64_t results() const { return int64_t{tokens} * width * tile_outputs(); }
};

// `count` passes that differ only in where they lie, by these steps.
struct PassRun {
  Pass pass;
  int64_t count = 1;
  int64_t k_step = 0, m_step = 0, token_step = 0;
  int32_t y_step = 0, psum_tile_step = 0;
};

// All that the machine needs to run one layer.
struct Schedule {
  LayerShape shape;
  Encoding encoding;
  int64_t tokens = 0;  // linear: tokens; convolution: images
  std::string unit;
  int32_t rows = 0, cols = 0;  // the longest chain and the most columns of any pass
  int32_t input_slots = 1;     // tiles of inputs that the global buffer holds: 2 with double buffering
  int32_t input_banks = 0;     // of the shared banks, those that hold inputs
  int32_t psum_banks = 0;      // and those that hold partial sums and outputs
  int64_t input_slot_bits = 0;
  int64_t psum_tile_bits = 0;  // one tile of partial sums, running totals included
  int32_t psum_tiles = 0;
  std::vector<PassRun> runs;
};

// Appends passes to a schedule, run-length coded, and links each to the passes that wrote what it reads.
class ScheduleBuilder {
 public:
  explicit ScheduleBuilder(Schedule& schedule);
  void add(const Pass& pass);

 private:
  struct Writers {
    int64_t psums = -1, totals = -1, outputs = -1;
  };
  Schedule& schedule_;
  int64_t passes_ = 0;
  std::vector<Writers> writers_;  // the last pass that wrote to a tile
};

// Walks a schedule pass by pass.
class PassCursor {
 public:
  explicit PassCursor(const Schedule& schedule) : schedule_(&schedule) { load(); }

  bool done() const { return run_ == schedule_->runs.size(); }
  int64_t index() const { return index_; }  // of the pass, from 0
  const Pass& pass() const { return pass_; }
  size_t run() const { return run_; }
  int64_t repetition() const { return repetition_; }  // of the run
  void next();
  void seek(int64_t index);

 private:
  void load();
  const Schedule* schedule_;
  size_t run_ = 0;
  int64_t repetition_ = 0;
  int64_t index_ = 0;
  Pass pass_;
};

int64_t pass_count(const Schedule& schedule);

// The tile of partial sums that a run's last pass has.
inline int64_t last_psum_tile(const PassRun& run) {
  return run.pass.psum_tile + (run.count - 1) * run.psum_tile_step;
}

// All of a pass but where it lies, as bytes: equal for passes with the same work.
std::string work_key(const Pass& pass);

}  // namespace eyeshift
