#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/passes/flit_order.h"
#include "models/pe/unit.h"

namespace eyeshift {

// How a layer's values are cut into words of the global buffer and flits of the networks: what dataflows and
// the machine derive alike from the accelerator, the encoding and the unit. Throws InputError where the unit
// cannot run the encoding, or a port or network is narrower than a value.
struct LayerGeometry {
  LayerGeometry(const AcceleratorConfig& accelerator, const LayerShape& shape, const Encoding& encoding,
                const std::string& unit_name);

  const AcceleratorConfig& accelerator;
  const Encoding& encoding;
  std::string unit_name;
  const Unit& unit;

  int psum_bits;         // of the unit's accumulator
  int psums_per_output;  // that a chain carries
  int psum_word;         // partial sums in a flit and in a word of the global buffer
  int output_word;       // outputs, likewise
  int input_bits;        // 16 or 8
  int token_scale_bits;  // behind each token of a tile that ends the inputs' last group
  bool finishes;         // tops apply scales
  bool keeps_totals;     // the global buffer holds running totals beside partial sums

  int psums_of(const Pass& pass, int col) const { return pass.outputs_of(col) * psums_per_output; }
  // Words for a column's partial sums, running totals or outputs of one token.
  int partial_words(const Pass& pass, int col) const {
    return (psums_of(pass, col) + psum_word - 1) / psum_word;
  }
  int total_words(const Pass& pass, int col) const {
    return (pass.outputs_of(col) + psum_word - 1) / psum_word;
  }
  int output_words(const Pass& pass, int col) const {
    return (pass.outputs_of(col) + output_word - 1) / output_word;
  }
  // Words of the global buffer that a column with p outputs takes for one token: partial sums, then totals.
  // Outputs take the place of both.
  int64_t psum_row_words(int64_t p) const;

  int scale_bits_of_token(const Pass& pass) const { return pass.ends_group ? token_scale_bits : 0; }
  // Bits of a pass's inputs on their way from the global buffer to the PEs.
  int64_t input_stream_bits(const Pass& pass) const {
    if (pass.holds_inputs) return 0;
    return pass.stream_inputs() * input_bits + int64_t{pass.tokens} * pass.width * scale_bits_of_token(pass);
  }
  // What the filter network brings for a pass: nothing where the PEs hold their weights already.
  std::vector<FilterDelivery> deliveries(const Pass& pass) const {
    if (pass.holds_weights) return {};
    return unit.deliveries(encoding, accelerator, pass);
  }
  // And the order in which its flits come: the stream that leaves the filter banks.
  FlitOrder flit_order(const Pass& pass) const { return {deliveries(pass), accelerator.noc_bits.filter}; }

 private:
  void check_convolution(const LayerShape& shape) const;
};

// Bits of a pass's stream of weights and of scales.
struct FilterStream {
  int64_t weights = 0;
  int64_t scales = 0;
};
FilterStream filter_stream(const LayerGeometry& geometry, const Pass& pass);

}  // namespace eyeshift
