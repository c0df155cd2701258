#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/format/layer.h"
#include "traces/tensor_io/dtype.h"

namespace eyeshift {

// A tensor that a layer occupies in a trace: its name there is "LAYER.suffix".
struct TensorSpec {
  enum class Part {
    weight,
    codes,
    scales,
    zeros,
    group_index,
    planes,
    alpha,
    pot,
    exponents,
    input_scales,
    inputs_left,
    inputs_right,
    inputs_order,
    outputs_left,
    outputs_right,
    outputs_order,
    x
  } part;
  std::string suffix;
  DType dtype = DType::u8;
  std::vector<int64_t> shape;

  int64_t elements() const;
};

// The tensors that the encoding asks for, and x where the layer has sample tokens.
std::vector<TensorSpec> layer_tensors(const LayerShape& shape, const Encoding& encoding, int64_t tokens);

// The layer's tensor as stored, little-endian. Throws InternalError where it does not fit the specification:
// another number of elements, or scales that half precision does not hold exactly.
std::vector<uint8_t> tensor_bytes(const Layer& layer, const TensorSpec& spec);

// The inverse: fills the layer's tensor. Throws std::domain_error saying what is out of range.
void set_tensor(Layer& layer, const TensorSpec& spec, const std::vector<uint8_t>& bytes);

}  // namespace eyeshift
