#include "traces/tensor_io/dtype.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/errors.h"
#include "base/numbers/half.h"

namespace eyeshift {
namespace {

struct Entry {
  DType dtype;
  std::string_view name;
  size_t size;
};

constexpr std::array<Entry, 13> kTypes = {{{DType::boolean, "BOOL", 1},
                                           {DType::u8, "U8", 1},
                                           {DType::i8, "I8", 1},
                                           {DType::u16, "U16", 2},
                                           {DType::i16, "I16", 2},
                                           {DType::f16, "F16", 2},
                                           {DType::bf16, "BF16", 2},
                                           {DType::i32, "I32", 4},
                                           {DType::u32, "U32", 4},
                                           {DType::f32, "F32", 4},
                                           {DType::i64, "I64", 8},
                                           {DType::u64, "U64", 8},
                                           {DType::f64, "F64", 8}}};

const Entry& entry(DType dtype) { return kTypes[static_cast<size_t>(dtype)]; }

template <typename Element, typename Convert>
std::vector<float> convert(const std::vector<uint8_t>& bytes, Convert to_float) {
  std::vector<float> values(bytes.size() / sizeof(Element));
  for (size_t i = 0; i < values.size(); ++i) {
    Element element;
    std::memcpy(&element, bytes.data() + i * sizeof(Element), sizeof(Element));
    values[i] = to_float(element);
  }
  return values;
}

template <typename Element>
std::vector<float> cast(const std::vector<uint8_t>& bytes) {
  return convert<Element>(bytes, [](Element element) { return static_cast<float>(element); });
}

float float_from_bfloat(uint16_t bfloat) {
  const uint32_t bits = static_cast<uint32_t>(bfloat) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

size_t size_of(DType dtype) { return entry(dtype).size; }

std::string_view name_of(DType dtype) { return entry(dtype).name; }

std::optional<DType> dtype_from_name(std::string_view name) {
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const Entry& e) { return e.name == name; });
  if (found == kTypes.end()) return std::nullopt;
  return found->dtype;
}

std::vector<float> floats_from(DType dtype, const std::vector<uint8_t>& bytes) {
  switch (dtype) {
    case DType::boolean:
    case DType::u8:
      return cast<uint8_t>(bytes);
    case DType::i8:
      return cast<int8_t>(bytes);
    case DType::u16:
      return cast<uint16_t>(bytes);
    case DType::i16:
      return cast<int16_t>(bytes);
    case DType::f16:
      return convert<uint16_t>(bytes, float_from_half);
    case DType::bf16:
      return convert<uint16_t>(bytes, float_from_bfloat);
    case DType::i32:
      return cast<int32_t>(bytes);
    case DType::u32:
      return cast<uint32_t>(bytes);
    case DType::f32:
      return cast<float>(bytes);
    case DType::i64:
      return cast<int64_t>(bytes);
    case DType::u64:
      return cast<uint64_t>(bytes);
    case DType::f64:
      return cast<double>(bytes);
  }
  throw InternalError("an element type without a conversion");
}

}  // namespace eyeshift
