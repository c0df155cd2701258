#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/format/rotation.h"

namespace eyeshift {

// How the weights of a layer are coded.
enum class Coding {
  fp16,     // L.weight, half precision
  int8,     // L.codes, two's complement, symmetric per-row scales; inputs are int8 with a scale per token
  int16,    // L.codes, two's complement, one power-of-two scale a layer; inputs are fixed-point too
  uniform,  // L.codes, unsigned: w = scale (code - zero)
  binary,   // L.planes: w = sum over planes of alpha_plane * (+1 or -1)
  none,     // no weights: elementwise work, which the scheme names; never in a trace
};

// The name in traces and reports ("int8"), and back; nullopt for an unknown name.
std::string_view name_of(Coding coding);
std::optional<Coding> coding_from_name(std::string_view name);
// The names of those that a trace may have, in the order above.
std::vector<std::string> coding_names();

// In what form a layer's stored weights take its inputs x [K]: as they are; divided by L.input_scales, which
// the operation before can do in its own weights; or so divided and then rotated, the outputs rotated back.
enum class InputForm { plain, scaled, rotated };

// The encoding of one layer: everything that decides how many bits are stored and what work a unit has, but
// no value. A scale covers group_rows x group_cols weights: row-wise 1 x g, column-wise g x 1, block-wise
// ceil(M/8) x 8, the layer's M x K.
struct Encoding {
  std::string scheme = "fp16";
  Coding coding = Coding::fp16;
  int bits = 16;              // bits of a code, or number of planes
  int64_t group_rows = 1;     // outputs that share a scale
  int64_t group_cols = 1;     // inputs that share a scale
  int scale_bits = 0;         // a real scale's width, 16 or 32; 8 a term of a power-of-two scale; 0: no scale
  bool power_of_two = false;  // scales are sums of `terms` signed powers of two; uniform: one, above zero
  int terms = 0;              // T, with power_of_two
  int zero_bits = 0;          // uniform: bits of a zero point, those of a code; 0: none is stored
  int group_index_bits = 0;   // bits a column of the group index, at most 16; 0 where groups are contiguous
  bool centred = false;  // uniform, without stored zero points: those are (2^bits - 1) / 2, not 2^(bits - 1)
  InputForm inputs = InputForm::plain;

  bool operator==(const Encoding& other) const;
  bool operator!=(const Encoding& other) const { return !(*this == other); }
};

// A convolution in Eyeriss's letters: square inputs and filters, channels in groups. Its layer's K is C /
// groups R R, in the order channel, filter row, filter column.
struct Convolution {
  int64_t C = 0;  // input channels, all groups
  int64_t H = 0;  // height and width of the input, without padding
  int64_t R = 0;  // height and width of the filter
  int64_t stride = 1;
  int64_t pad = 0;  // zeros on each side
  int64_t groups = 1;

  int64_t E() const { return (H + 2 * pad - R) / stride + 1; }  // height and width of the output
  bool operator==(const Convolution& o) const {
    return C == o.C && H == o.H && R == o.R && stride == o.stride && pad == o.pad && groups == o.groups;
  }
};

// A linear layer y = W x with W [M outputs, K inputs], or a convolution, whose every output pixel is such a
// product.
struct LayerShape {
  std::string name;
  int64_t K = 0;
  int64_t M = 0;
  int64_t count = 1;  // identical layers that this one stands for
  std::optional<Convolution> conv = std::nullopt;
  double zero_fraction = 0;         // of the inputs, where it is known: what compression and gating save
  double output_zero_fraction = 0;  // of the outputs, after the activation

  // Products W x a token (linear: 1) or an image (convolution: the output pixels).
  int64_t positions() const { return conv ? conv->E() * conv->E() : 1; }
};

// Stored bits of a layer by operand, padding included: what the accelerator moves, and what the trace's
// tensors occupy, but that a trace keeps every zero point in a byte.
struct StoredBits {
  int64_t weights = 0;  // codes, planes or half-precision weights
  int64_t scales = 0;   // scales, power-of-two terms
  int64_t zeros = 0;
  int64_t group_index = 0;
  int64_t total() const { return weights + scales + zeros + group_index; }
};

// Number of scale groups along the outputs and along the inputs.
int64_t row_groups(const Encoding& encoding, int64_t M);
int64_t column_groups(const Encoding& encoding, int64_t K);

StoredBits stored_bits(const LayerShape& shape, const Encoding& encoding);
// total bits divided by K M.
double bits_per_weight(const LayerShape& shape, const Encoding& encoding);

// One layer of a trace. Only the vectors that the coding uses are filled (integers: int8, int16, uniform); RG
// and CG are the scale groups above.
struct Layer {
  LayerShape shape;
  Encoding encoding;

  std::vector<uint16_t> weight;  // fp16: [M, K] half-precision bits

  std::vector<uint8_t> codes;  // integers: [M, ceil(K bits / 8)], least significant bit first
  std::vector<float> scales;   // integers: [RG, CG], so row-wise [M, CG], column-wise [RG, K]
  std::vector<uint8_t> zeros;  // uniform: as scales, < 2^bits; empty without zero_bits: all are 2^(bits-1)
  std::vector<int32_t> group_index;  // [K] the column group of an input; empty where groups are contiguous

  std::vector<uint8_t> planes;  // binary: [bits, M, ceil(K / 8)], bit j of byte k is column 8 k + j, 1 is +1
  std::vector<float> alpha;     // binary with real scales: [bits, RG, CG]
  std::vector<uint8_t> pot;     // binary with power-of-two scales: [bits, RG, CG, T]; 0: no term, bit 7: the
                                // sign, bits 0-6: exponent + 64

  std::vector<float> input_scales;         // InputForm::scaled and rotated: [K], above zero
  Rotation rotate_inputs, rotate_outputs;  // InputForm::rotated: of K and of M, entries in half precision

  std::vector<uint16_t> x;  // calibration sample [K, tokens], half-precision bits; may be empty
  int64_t tokens = 0;       // of x

  // Errors of the quantization, NaN where not measured: |WX - WqX|^2 / |WX|^2 on the calibration inputs and
  // on inputs held out, |W - Wq|^2.
  double rel_out = std::numeric_limits<double>::quiet_NaN();
  double rel_out_test = std::numeric_limits<double>::quiet_NaN();
  double w_err = std::numeric_limits<double>::quiet_NaN();
  double time_s = 0;  // what quantizing took; not stored, so that equal inputs give equal traces
};

// The weights that the layer's stored tensors stand for: [M, K] row-major, exactly, in float32 arithmetic as
// stated in docs/trace-format.md: scale (code - zero) rounded once; the sum over planes in plane order in
// double, rounded once; then, where the inputs are not plain, what they are to plain inputs.
std::vector<float> decode(const Layer& layer);

// The value of a stored power-of-two term: 0, or +-2^(exponent).
float pot_value(uint8_t term);

// A trace: a network's layers under one scheme.
struct Trace {
  std::string network;
  std::string scheme;
  int bits = 16;
  std::string calibration;    // where the calibration inputs came from
  std::vector<Layer> layers;  // in the network's order
};

}  // namespace eyeshift
