#include "traces/tensor_io/safetensors.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "base/files/strict_json.h"

namespace eyeshift {
namespace {

constexpr uint64_t kLargestHeader = 100'000'000;

uint64_t unsigned_number(const nlohmann::json& value, const InputFile& file, const std::string& what) {
  if (!value.is_number_unsigned()) file.fail(what + " must be an unsigned integer, not " + value.dump());
  return value.get<uint64_t>();
}

std::vector<int64_t> parse_shape(const nlohmann::json& value, const InputFile& file,
                                 const std::string& what) {
  if (!value.is_array()) file.fail(what + ": 'shape' must be an array");
  std::vector<int64_t> shape;
  for (const auto& extent : value) {
    const uint64_t number = unsigned_number(extent, file, what + ": an extent of 'shape'");
    if (number > INT64_MAX) file.fail(what + ": an extent of " + std::to_string(number) + " is too large");
    shape.push_back(static_cast<int64_t>(number));
  }
  return shape;
}

// Bytes of a tensor, InputError where they exceed 64 bits.
uint64_t tensor_bytes(const TensorInfo& info, const InputFile& file, const std::string& what) {
  uint64_t bytes = size_of(info.dtype);
  bool overflow = false;
  for (const int64_t extent : info.shape)
    overflow |= __builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes);
  if (overflow) file.fail(what + ": a shape of " + shape_text(info.shape) + " is too large");
  return bytes;
}

TensorInfo parse_tensor(const nlohmann::json& entry, const InputFile& file, const std::string& what,
                        uint64_t data_begin) {
  if (!entry.is_object()) file.fail(what + ": must be an object");
  for (const auto& [key, value] : entry.items())
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      file.fail(what + ": unknown key '" + key + "'");
  for (const char* key : {"dtype", "shape", "data_offsets"})
    if (!entry.contains(key)) file.fail(what + ": the key '" + key + "' is missing");

  TensorInfo info;
  const auto& dtype = entry["dtype"];
  const auto known = dtype.is_string() ? dtype_from_name(dtype.get_ref<const std::string&>()) : std::nullopt;
  if (!known)
    file.fail(what + ": unsupported dtype " + dtype.dump() + ": use F16, BF16, F32 or an integer type");
  info.dtype = *known;
  info.shape = parse_shape(entry["shape"], file, what);
  const uint64_t bytes = tensor_bytes(info, file, what);

  const auto& offsets = entry["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2) file.fail(what + ": 'data_offsets' must be [begin, end]");
  const uint64_t begin = unsigned_number(offsets[0], file, what + ": 'data_offsets'");
  const uint64_t end = unsigned_number(offsets[1], file, what + ": 'data_offsets'");
  const std::string range = "data_offsets [" + std::to_string(begin) + ", " + std::to_string(end) + "]";
  if (begin > end) file.fail(what + ": " + range + " end before they begin");
  if (end > file.size() - data_begin)
    file.fail(what + ": " + range + " reach past the end of the data, " +
              std::to_string(file.size() - data_begin) + " bytes: the file is truncated");
  if (end - begin != bytes)
    file.fail(what + ": " + range + " hold " + std::to_string(end - begin) + " bytes, " +
              std::string(name_of(info.dtype)) + " " + shape_text(info.shape) + " needs " +
              std::to_string(bytes));
  info.offset = data_begin + begin;
  info.bytes = bytes;
  return info;
}

std::string tensor_text(const std::string& name) { return "tensor '" + name + "'"; }

}  // namespace

int64_t TensorInfo::elements() const { return static_cast<int64_t>(bytes / size_of(dtype)); }

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (const int64_t extent : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : file_(path) {
  if (file_.size() < 8) file_.fail("truncated: a safetensors file begins with 8 bytes of header size");
  uint64_t header_size = 0;
  file_.read(0, &header_size, sizeof header_size);
  if (header_size > kLargestHeader)
    file_.fail("a header of " + std::to_string(header_size) + " bytes, at most " +
               std::to_string(kLargestHeader) + " are allowed: not a safetensors file");
  if (header_size > file_.size() - 8)
    file_.fail("truncated: a header of " + std::to_string(header_size) + " bytes in a file of " +
               std::to_string(file_.size()));
  std::string header(header_size, '\0');
  file_.read(8, header.data(), header_size);
  parse_header(header, 8 + header_size);
}

void SafetensorsFile::parse_header(const std::string& header, uint64_t data_begin) {
  const auto json = parse_json_object(header, file_.path().string() + ": safetensors header");
  for (const auto& [name, entry] : json.items()) {
    if (name != "__metadata__") {
      tensors_.emplace(name, parse_tensor(entry, file_, tensor_text(name), data_begin));
      continue;
    }
    if (!entry.is_object()) file_.fail("'__metadata__' must be an object of strings");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) file_.fail("'__metadata__': the value of '" + key + "' must be a string");
      metadata_.emplace(key, value.get<std::string>());
    }
  }

  std::vector<std::pair<const std::string, TensorInfo>*> in_order;
  for (auto& tensor : tensors_) in_order.push_back(&tensor);
  std::stable_sort(in_order.begin(), in_order.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.offset, a->second.bytes) < std::pair(b->second.offset, b->second.bytes);
  });
  uint64_t covered = data_begin;
  std::string previous;
  for (const auto* tensor : in_order) {
    const auto& [name, info] = *tensor;
    if (info.offset < covered) file_.fail(tensor_text(name) + " overlaps " + tensor_text(previous));
    if (info.offset > covered)
      file_.fail("a gap of " + std::to_string(info.offset - covered) + " bytes before " + tensor_text(name));
    covered = info.offset + info.bytes;
    previous = name;
  }
  if (covered != file_.size())
    file_.fail(std::to_string(file_.size() - covered) + " bytes at the end belong to no tensor");
}

const TensorInfo& SafetensorsFile::info(const std::string& name) const {
  const auto tensor = tensors_.find(name);
  if (tensor == tensors_.end()) file_.fail(tensor_text(name) + " is missing");
  return tensor->second;
}

std::vector<uint8_t> SafetensorsFile::read_bytes(const std::string& name) const {
  const TensorInfo& tensor = info(name);
  return file_.read(tensor.offset, tensor.bytes);
}

std::vector<float> SafetensorsFile::read_floats(const std::string& name) const {
  std::vector<float> values(static_cast<size_t>(info(name).elements()));
  read_floats(name, 0, static_cast<int64_t>(values.size()), values.data());
  return values;
}

void SafetensorsFile::read_floats(const std::string& name, int64_t first, int64_t count,
                                  float* destination) const {
  constexpr int64_t kElements = int64_t{1} << 18;  // converted at a time
  const TensorInfo& tensor = info(name);
  const DType dtype = tensor.dtype;
  if (dtype != DType::f16 && dtype != DType::bf16 && dtype != DType::f32 && dtype != DType::f64)
    file_.fail(tensor_text(name) + " has dtype " + std::string(name_of(dtype)) +
               ", F16, BF16, F32 or F64 is needed");
  if (first < 0 || count < 0 || first > tensor.elements() - count)
    throw InternalError(tensor_text(name) + ": elements past its end are read");
  const auto size = static_cast<int64_t>(size_of(dtype));
  for (const int64_t end = first + count; first < end; first += kElements) {
    const int64_t part = std::min(kElements, end - first);
    const std::vector<float> values =
        floats_from(dtype, file_.read(tensor.offset + first * size, part * size));
    const auto bad =
        std::find_if_not(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
    if (bad != values.end())
      file_.fail(tensor_text(name) + ": element " + std::to_string(first + (bad - values.begin())) + " is " +
                 (std::isnan(*bad) ? "NaN" : "infinite") + ": weights must be finite");
    destination = std::copy(values.begin(), values.end(), destination);
  }
}

}  // namespace eyeshift
