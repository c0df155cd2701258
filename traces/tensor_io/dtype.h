#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace eyeshift {

// Element types of safetensors that are read and written.
enum class DType { boolean, u8, i8, u16, i16, f16, bf16, i32, u32, f32, i64, u64, f64 };

// Bytes of an element.
size_t size_of(DType dtype);

// The name in a safetensors header ("F16"), and back; nullopt for an unknown name.
std::string_view name_of(DType dtype);
std::optional<DType> dtype_from_name(std::string_view name);

// Little-endian elements as floats. F16, BF16 and F32 exactly, the rest rounded to the nearest.
std::vector<float> floats_from(DType dtype, const std::vector<uint8_t>& bytes);

}  // namespace eyeshift
