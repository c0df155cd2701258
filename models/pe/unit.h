#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "models/types/accelerator.h"
#include "models/types/memory_image.h"
#include "models/types/schedule.h"
#include "models/types/unit_parts.h"

namespace eyeshift {

// What one PE holds in one pass.
struct PeTile {
  const Pass* pass = nullptr;
  int row = 0, col = 0;
  int inputs = 0;      // q of this row
  int outputs = 0;     // p of this column
  int row_groups = 1;  // groups of outputs with a scale of their own that the PE's outputs touch
  bool top() const { return row == pass->rows - 1; }
  int64_t m_begin() const { return pass->m_of(col); }
};
PeTile pe_tile(const Encoding& encoding, const Pass& pass, int row, int col);

// Which weights share a scale: those of a row (or a part of it), of a column (or a part of it), of a tile of
// several rows and columns (up to the layer), or, of power-of-two scales, of a block of 8 columns and several
// rows.
enum class ScaleLayout { row, column, tile, block };
ScaleLayout scale_layout(const Encoding& encoding);

// Whether what a PE receives and does depends on where its outputs lie among the groups that share scales.
bool scales_differ_by_place(const Encoding& encoding);

// Of a pass's outputs, those before the first end of a group with scales of its own that lies among them; 0
// where none does. Passes that are equal in this and in all but their place receive and do the same.
int64_t outputs_before_group_end(const Encoding& encoding, const Pass& pass);

// What a delivery of the filter network carries.
enum class Content : uint8_t { weights, zeros, row_scales, group_scales };
inline constexpr int kContents = 4;

// One multicast of the filter network: `bits` to the PEs of these rows and sets, in all output rows of the
// strip. Those of weights come first, at most one for each PE; FlitOrder has the order in which a pass's
// deliveries leave the filter banks.
struct FilterDelivery {
  int16_t row_first = 0, row_last = 0, set_first = 0, set_last = 0;
  int32_t bits = 0;
  Content content = Content::weights;
  int64_t row_group = 0;  // group_scales: of which group of outputs
};

// A step of a PE's work on a token, the same at every execution: it begins when the input scratchpad holds
// `needs` inputs, takes some core cycles, and gives up the oldest `frees` inputs when it ends. `actions` is
// what one execution counts.
struct Step {
  int32_t cycles = 0;
  int16_t needs = 0;  // inputs
  int16_t frees = 0;  // inputs
  ActionCounts actions;
};

// A PE's work on one token of a pass: the steps, `groups` times, then its partial sums go up the chain, one a
// core cycle. A unit makes it for a tile; from then on it is only read, by any thread.
// The first accumulation of a token loads its partial sum and the chain's addition takes its place, so the
// steps count one addition (and one scratchpad read) an accumulation and the chain counts none.
struct Program {
  std::vector<Step> steps;
  int32_t groups = 0;         // how often the steps are done: of a unit with one step, its inputs
  int32_t chain_psums = 0;    // partial sums that go up the chain
  int32_t finish_cycles = 1;  // core cycles of a partial sum at a top that ends a group; elsewhere 1
  ActionCounts finish;        // a token's finish at a top that ends a group
};

// The most tokens that a PE's values are computed for side by side.
inline constexpr int kTokensAtOnce = 64;

// A PE's values in a functional run, of one token or of several that take the same weights; tokens are the
// innermost index of every array. Partial sums are doubles that hold fp16, fp32 or int32 values exactly.
struct PeValues {
  PeTile tile;
  Accumulator accumulator = Accumulator::fp32;
  const Encoding* encoding = nullptr;
  DequantMode dequant = DequantMode::per_group;
  int lut_words = 0;
  int token = 0;                       // of the pass, the first of them
  int tokens = 1;                      // at most kTokensAtOnce
  int product_shift = 0;               // fixed point: by which products are shifted right
  const BitString* block = nullptr;    // all that the filter network brought for this pass
  int64_t content_at[kContents] = {};  // where each kind begins in it
  const float* x = nullptr;  // [inputs, tokens] the oldest in the scratchpad, as input_value() has them
  double* psums = nullptr;   // [outputs, partial sums an output, tokens]
  float* lut = nullptr;      // [words, tokens] the table, half-precision values

  uint64_t bits(Content content, int64_t offset, int width) const {
    return block->read(content_at[static_cast<int>(content)] + offset, width);
  }
};

// What a PE computes with. Stateless; a unit is one file that registers itself with Registration<Unit, ...>:
// its work in cycles and actions, the bits it needs, and its arithmetic.
class Unit {
 public:
  virtual ~Unit() = default;

  // One line for --help.
  virtual std::string_view summary() const = 0;

  // Why this unit cannot run layers of this encoding on this accelerator, or nothing.
  virtual std::optional<std::string> cannot_run(const Encoding& encoding,
                                                const AcceleratorConfig& accelerator) const = 0;

  // Its components on this array, scratchpads and tables apart. None for a unit with a host().
  virtual UnitParts parts(const AcceleratorConfig::Array& array) const = 0;
  // What its counts or parts assume where no source says it, for reports; "" where nothing is.
  virtual std::string_view assumption() const { return ""; }
  // Whether every PE that has it holds a table of spad_words.lut words for it.
  virtual bool has_table() const { return false; }
  // Whether it computes in half-precision lanes, which an accelerator's fp16_lanes count: beside another unit
  // only those PEs have them. One unit without a host() is such a lane; it also runs what others leave in
  // half precision.
  virtual bool in_fp16_lanes() const { return false; }
  // The unit with whose parts this one works, where it has none of its own: accelerators list that one.
  virtual std::string_view host() const { return ""; }
  virtual int input_granule(const Encoding&) const { return 1; }  // a PE's inputs come in multiples of this
  virtual int input_bits() const { return 16; }                   // 16 or 8
  virtual int token_scale_bits() const { return 0; }              // that travel behind a token's inputs
  virtual int psum_bits(const AcceleratorConfig& accelerator) const {
    return accumulator_bits(accelerator.array.accumulator);
  }
  virtual int psums_per_output(const Encoding&) const {
    return 1;
  }  // partial sums that a chain carries an output
  // Scales of groups of inputs are applied at the tops, when the group's sum is complete.
  virtual bool finishes_groups(const Encoding&, const AcceleratorConfig&) const { return false; }
  // The finish takes a mac-fp16 lane beside the top PE.
  virtual bool finishes_in_fp16_lanes(const Encoding&) const { return false; }

  virtual std::vector<FilterDelivery> deliveries(const Encoding& encoding,
                                                 const AcceleratorConfig& accelerator,
                                                 const Pass& pass) const = 0;
  virtual Program program(const Encoding& encoding, const AcceleratorConfig& accelerator,
                          const PeTile& tile) const = 0;

  // Actions of a step that a zero input spares, though not its cycles.
  virtual std::vector<Action> gated_actions() const { return {}; }

  // The number that an input's bits stand for: of half precision, unless the unit takes another format.
  virtual float input_value(uint16_t bits) const;
  // The 16 bits in which an output leaves the array.
  virtual uint16_t output_bits(double value) const;

  // Executes a step on values: the step's number and the group's (0 .. groups - 1).
  virtual void execute(int step, int group, PeValues& pe) const = 0;
  // The chain's addition of `count` partial sums from below to a PE's own: in the accumulator's precision.
  virtual void add(const double* below, double* sums, int64_t count, Accumulator accumulator) const;
  // The finish of one output: its partial sums [psums_per_output, tokens], the tokens' scales and the totals
  // [tokens] of the groups before, which become the new ones.
  virtual void finish(int output, const double* psums, const float* token_scales, const PeValues& pe,
                      double* totals) const;
};

// Bits that a PE's weights take. Within a PE they lie in the order of use: for every granule of its inputs,
// for every output, a code (granule 1; plane by plane the bit of a binary weight) or, plane by plane, a key
// of 8 (granule 8).
int64_t weight_bits(const Encoding& encoding, int inputs, int outputs);

}  // namespace eyeshift
