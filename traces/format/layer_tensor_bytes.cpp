#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "base/errors.h"
#include "base/numbers/bits.h"
#include "base/numbers/fixed_point.h"
#include "base/numbers/half.h"
#include "traces/format/layer_tensors.h"

namespace eyeshift {
namespace {

using Part = TensorSpec::Part;

template <typename Element>
std::vector<uint8_t> bytes_of(const std::vector<Element>& elements) {
  std::vector<uint8_t> bytes(elements.size() * sizeof(Element));
  if (!bytes.empty()) std::memcpy(bytes.data(), elements.data(), bytes.size());
  return bytes;
}

template <typename Element>
std::vector<Element> elements_of(const std::vector<uint8_t>& bytes) {
  std::vector<Element> elements(bytes.size() / sizeof(Element));
  if (!bytes.empty()) std::memcpy(elements.data(), bytes.data(), bytes.size());
  return elements;
}

std::vector<uint8_t> real_bytes(const std::vector<float>& values, DType dtype, const std::string& what) {
  if (dtype == DType::f32) return bytes_of(values);
  std::vector<uint16_t> halves(values.size());
  std::transform(values.begin(), values.end(), halves.begin(), half_from_float);
  for (size_t i = 0; i < values.size(); ++i)
    if (!(float_from_half(halves[i]) == values[i]))
      throw InternalError(what + ": scale " + std::to_string(values[i]) + " is not a half-precision number");
  return bytes_of(halves);
}

std::vector<uint8_t> index_bytes(const std::vector<int32_t>& index, int bits) {
  std::vector<uint8_t> packed(static_cast<size_t>(packed_bytes(static_cast<int64_t>(index.size()), bits)));
  for (size_t i = 0; i < index.size(); ++i)
    pack_code(packed.data(), static_cast<int64_t>(i), bits, static_cast<uint32_t>(index[i]));
  return packed;
}

std::vector<float> finite_reals(DType dtype, const std::vector<uint8_t>& bytes) {
  std::vector<float> values = floats_from(dtype, bytes);
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw std::domain_error("element " + std::to_string(i) + " is " +
                              (std::isnan(values[i]) ? "NaN" : "infinite"));
  return values;
}

void check_fixed_point_scale(float scale, int scale_bits) {
  const int least = least_fixed_point_exponent(scale_bits), most = most_fixed_point_exponent(scale_bits);
  int exponent = 0;
  const bool is_power = std::frexp(scale, &exponent) == 0.5f;  // scale = 2^(exponent - 1)
  if (is_power && least < exponent && exponent <= most + 1) return;
  std::ostringstream message;
  message << "element 0 is " << scale << ", the scale of int16 is a power of two from 2^" << least << " to 2^"
          << most;
  throw std::domain_error(message.str());
}

std::vector<float> read_scales(const Encoding& encoding, DType dtype, const std::vector<uint8_t>& bytes) {
  std::vector<float> scales = finite_reals(dtype, bytes);
  if (encoding.coding == Coding::int16) check_fixed_point_scale(scales.front(), encoding.scale_bits);
  return scales;
}

std::vector<float> read_input_scales(const std::vector<uint8_t>& bytes) {
  std::vector<float> scales = finite_reals(DType::f32, bytes);
  for (size_t i = 0; i < scales.size(); ++i)
    if (!(scales[i] > 0))
      throw std::domain_error("element " + std::to_string(i) + " is " + std::to_string(scales[i]) +
                              ", what inputs are divided by must be above zero");
  return scales;
}

std::vector<uint16_t> finite_halves(const std::vector<uint8_t>& bytes) {
  finite_reals(DType::f16, bytes);
  return elements_of<uint16_t>(bytes);
}

std::vector<int32_t> read_index(const Layer& layer, const std::vector<uint8_t>& bytes) {
  const int64_t groups = column_groups(layer.encoding, layer.shape.K);
  std::vector<int32_t> index(static_cast<size_t>(layer.shape.K));
  for (size_t k = 0; k < index.size(); ++k) {
    const uint32_t group =
        unpack_code(bytes.data(), static_cast<int64_t>(k), layer.encoding.group_index_bits);
    if (group >= groups)
      throw std::domain_error("column " + std::to_string(k) + " is in group " + std::to_string(group) +
                              " of " + std::to_string(groups));
    index[k] = static_cast<int32_t>(group);
  }
  return index;
}

std::vector<int32_t> read_order(int64_t n, const std::vector<uint8_t>& bytes) {
  std::vector<int32_t> order(static_cast<size_t>(n));
  std::vector<bool> taken(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const uint32_t place = unpack_code(bytes.data(), static_cast<int64_t>(i), order_bits(n));
    if (place >= n || taken[place])
      throw std::domain_error("element " + std::to_string(i) + " is " + std::to_string(place) +
                              (place < n ? " once more" : "") + ", an order is a permutation of 0 to " +
                              std::to_string(n - 1));
    taken[place] = true;
    order[i] = static_cast<int32_t>(place);
  }
  return order;
}

std::vector<uint8_t> read_zeros(const std::vector<uint8_t>& bytes, int bits) {
  for (size_t i = 0; i < bytes.size(); ++i)
    if (bytes[i] >> bits != 0)
      throw std::domain_error("element " + std::to_string(i) + " is " + std::to_string(bytes[i]) +
                              ", a zero point of " + std::to_string(bits) + " bits is at most " +
                              std::to_string((1 << bits) - 1));
  return bytes;
}

std::vector<uint8_t> read_pot(const std::vector<uint8_t>& bytes) {
  for (size_t i = 0; i < bytes.size(); ++i)
    if (bytes[i] == 0x80)
      throw std::domain_error("element " + std::to_string(i) + " is 0x80, a negative 'no term'");
  return bytes;
}

// Powers of two as positive terms.
std::vector<uint8_t> term_bytes(const std::vector<float>& scales, const std::string& what) {
  std::vector<uint8_t> bytes;
  for (const float scale : scales) {
    bytes.push_back(scale == 0 ? 0 : static_cast<uint8_t>(std::ilogb(scale) + 64));
    if (bytes.back() >= 0x80 || pot_value(bytes.back()) != scale)
      throw InternalError(what + ": scale " + std::to_string(scale) + " is not a power of two in range");
  }
  return bytes;
}

std::vector<float> read_exponents(const std::vector<uint8_t>& bytes) {
  std::vector<float> scales;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] >= 0x80)
      throw std::domain_error("element " + std::to_string(i) + " is " + std::to_string(bytes[i]) +
                              ", a shared exponent has no sign: at most 127");
    scales.push_back(pot_value(bytes[i]));
  }
  return scales;
}

}  // namespace

std::vector<uint8_t> tensor_bytes(const Layer& layer, const TensorSpec& spec) {
  const std::string what = "layer '" + layer.shape.name + "', tensor '" + spec.suffix + "'";
  std::vector<uint8_t> bytes;
  switch (spec.part) {
    case Part::weight:
      bytes = bytes_of(layer.weight);
      break;
    case Part::codes:
      bytes = layer.codes;
      break;
    case Part::scales:
      bytes = real_bytes(layer.scales, spec.dtype, what);
      break;
    case Part::zeros:
      bytes = layer.zeros;
      break;
    case Part::group_index:
      bytes = index_bytes(layer.group_index, layer.encoding.group_index_bits);
      break;
    case Part::planes:
      bytes = layer.planes;
      break;
    case Part::alpha:
      bytes = real_bytes(layer.alpha, spec.dtype, what);
      break;
    case Part::pot:
      bytes = layer.pot;
      break;
    case Part::exponents:
      bytes = term_bytes(layer.scales, what);
      break;
    case Part::input_scales:
      bytes = real_bytes(layer.input_scales, spec.dtype, what);
      break;
    case Part::inputs_left:
      bytes = real_bytes(layer.rotate_inputs.left, spec.dtype, what);
      break;
    case Part::inputs_right:
      bytes = real_bytes(layer.rotate_inputs.right, spec.dtype, what);
      break;
    case Part::inputs_order:
      bytes = index_bytes(layer.rotate_inputs.order, order_bits(layer.shape.K));
      break;
    case Part::outputs_left:
      bytes = real_bytes(layer.rotate_outputs.left, spec.dtype, what);
      break;
    case Part::outputs_right:
      bytes = real_bytes(layer.rotate_outputs.right, spec.dtype, what);
      break;
    case Part::outputs_order:
      bytes = index_bytes(layer.rotate_outputs.order, order_bits(layer.shape.M));
      break;
    case Part::x:
      bytes = bytes_of(layer.x);
      break;
  }
  const auto needed = static_cast<size_t>(spec.elements()) * size_of(spec.dtype);
  if (bytes.size() != needed)
    throw InternalError(what + " has " + std::to_string(bytes.size()) + " bytes, its encoding needs " +
                        std::to_string(needed));
  return bytes;
}

void set_tensor(Layer& layer, const TensorSpec& spec, const std::vector<uint8_t>& bytes) {
  switch (spec.part) {
    case Part::weight:
      layer.weight = finite_halves(bytes);
      break;
    case Part::codes:
      layer.codes = bytes;
      break;
    case Part::scales:
      layer.scales = read_scales(layer.encoding, spec.dtype, bytes);
      break;
    case Part::zeros:
      layer.zeros = read_zeros(bytes, layer.encoding.zero_bits);
      break;
    case Part::group_index:
      layer.group_index = read_index(layer, bytes);
      break;
    case Part::planes:
      layer.planes = bytes;
      break;
    case Part::alpha:
      layer.alpha = finite_reals(spec.dtype, bytes);
      break;
    case Part::pot:
      layer.pot = read_pot(bytes);
      break;
    case Part::exponents:
      layer.scales = read_exponents(bytes);
      break;
    case Part::input_scales:
      layer.input_scales = read_input_scales(bytes);
      break;
    case Part::inputs_left:
      layer.rotate_inputs.left = finite_reals(spec.dtype, bytes);
      break;
    case Part::inputs_right:
      layer.rotate_inputs.right = finite_reals(spec.dtype, bytes);
      break;
    case Part::inputs_order:
      layer.rotate_inputs.order = read_order(layer.shape.K, bytes);
      break;
    case Part::outputs_left:
      layer.rotate_outputs.left = finite_reals(spec.dtype, bytes);
      break;
    case Part::outputs_right:
      layer.rotate_outputs.right = finite_reals(spec.dtype, bytes);
      break;
    case Part::outputs_order:
      layer.rotate_outputs.order = read_order(layer.shape.M, bytes);
      break;
    case Part::x:
      layer.x = finite_halves(bytes);
      break;
  }
}

}  // namespace eyeshift
