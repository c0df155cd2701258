#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "base/errors.h"
#include "base/files/atomic_file.h"
#include "traces/tensor_io/safetensors.h"

namespace eyeshift {
namespace {

uint64_t bytes_of(DType dtype, const std::vector<int64_t>& shape) {
  uint64_t bytes = size_of(dtype);
  for (const int64_t extent : shape) bytes *= static_cast<uint64_t>(extent);
  return bytes;
}

}  // namespace

void stream_safetensors(const std::filesystem::path& path, std::vector<TensorContent> tensors,
                        const std::map<std::string, std::string>& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorContent& a, const TensorContent& b) {
    return std::tuple(size_of(b.dtype), a.name) < std::tuple(size_of(a.dtype), b.name);
  });
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const TensorContent& tensor : tensors) {
    const uint64_t end = offset + bytes_of(tensor.dtype, tensor.shape);
    if (header.contains(tensor.name)) throw InternalError("tensor '" + tensor.name + "' is written twice");
    header[tensor.name] = {
        {"dtype", name_of(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');

  AtomicFile file(path);
  const uint64_t header_size = text.size();
  file.write(&header_size, sizeof header_size);
  file.write(text);
  for (const TensorContent& tensor : tensors) {
    const std::vector<uint8_t> bytes = tensor.bytes();
    if (bytes.size() != bytes_of(tensor.dtype, tensor.shape))
      throw InternalError("tensor '" + tensor.name + "' has " + std::to_string(bytes.size()) +
                          " bytes, its shape needs others");
    file.write(bytes.data(), bytes.size());
  }
  file.commit();
}

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<TensorContent> contents;
  for (const TensorView& tensor : tensors)
    contents.push_back({tensor.name, tensor.dtype, tensor.shape, [&tensor] {
                          const auto* first = static_cast<const uint8_t*>(tensor.data);
                          return std::vector<uint8_t>(first, first + bytes_of(tensor.dtype, tensor.shape));
                        }});
  stream_safetensors(path, std::move(contents), metadata);
}

}  // namespace eyeshift
