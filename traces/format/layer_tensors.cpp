#include "traces/format/layer_tensors.h"

#include <utility>

#include "base/integers.h"
#include "base/numbers/bits.h"

namespace eyeshift {

int64_t TensorSpec::elements() const {
  int64_t product = 1;
  for (const int64_t extent : shape) product *= extent;
  return product;
}

std::vector<TensorSpec> layer_tensors(const LayerShape& shape, const Encoding& encoding, int64_t tokens) {
  const auto [K, M] = std::pair(shape.K, shape.M);
  const int64_t RG = row_groups(encoding, M);
  const int64_t CG = column_groups(encoding, K);
  const DType real = encoding.scale_bits == 16 ? DType::f16 : DType::f32;
  using Part = TensorSpec::Part;
  std::vector<TensorSpec> specs;
  switch (encoding.coding) {
    case Coding::none:
      break;
    case Coding::fp16:
      specs.push_back({Part::weight, "weight", DType::f16, {M, K}});
      break;
    case Coding::int8:
    case Coding::int16:
    case Coding::uniform:
      specs.push_back({Part::codes, "codes", DType::u8, {M, packed_bytes(K, encoding.bits)}});
      if (encoding.power_of_two)
        specs.push_back({Part::exponents, "pot", DType::u8, {RG, CG}});
      else
        specs.push_back({Part::scales, "scales", real, {RG, CG}});
      if (encoding.zero_bits > 0) specs.push_back({Part::zeros, "zeros", DType::u8, {RG, CG}});
      break;
    case Coding::binary:
      specs.push_back({Part::planes, "planes", DType::u8, {encoding.bits, M, divide_up(K, 8)}});
      if (encoding.power_of_two)
        specs.push_back({Part::pot, "pot", DType::u8, {encoding.bits, RG, CG, encoding.terms}});
      else
        specs.push_back({Part::alpha, "alpha", real, {encoding.bits, RG, CG}});
      break;
  }
  if (encoding.group_index_bits > 0)
    specs.push_back(
        {Part::group_index, "group_index", DType::u8, {packed_bytes(K, encoding.group_index_bits)}});
  if (encoding.inputs != InputForm::plain)
    specs.push_back({Part::input_scales, "input_scales", DType::f32, {K}});
  if (encoding.inputs == InputForm::rotated) {
    const auto [in_left, in_right] = rotation_factors(K);
    const auto [out_left, out_right] = rotation_factors(M);
    specs.push_back({Part::inputs_left, "rotate_inputs.left", DType::f16, {in_left, in_left}});
    specs.push_back({Part::inputs_right, "rotate_inputs.right", DType::f16, {in_right, in_right}});
    specs.push_back({Part::inputs_order, "rotate_inputs.order", DType::u8, {packed_bytes(K, order_bits(K))}});
    specs.push_back({Part::outputs_left, "rotate_outputs.left", DType::f16, {out_left, out_left}});
    specs.push_back({Part::outputs_right, "rotate_outputs.right", DType::f16, {out_right, out_right}});
    specs.push_back(
        {Part::outputs_order, "rotate_outputs.order", DType::u8, {packed_bytes(M, order_bits(M))}});
  }
  if (tokens > 0) specs.push_back({Part::x, "x", DType::f16, {K, tokens}});
  return specs;
}

}  // namespace eyeshift
