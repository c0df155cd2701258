#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "configs/reader/atomic_file.h"
#include "configs/reader/errors.h"
#include "traces/tensor_io/safetensors.h"

namespace eyeshift {

void write_safetensors(const std::filesystem::path& path, std::vector<TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
    return std::tuple(size_of(b.dtype), a.name) < std::tuple(size_of(a.dtype), b.name);
  });
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::vector<size_t> sizes;
  uint64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    uint64_t bytes = size_of(tensor.dtype);
    for (const int64_t extent : tensor.shape) bytes *= static_cast<uint64_t>(extent);
    if (header.contains(tensor.name)) throw InternalError("tensor '" + tensor.name + "' is written twice");
    header[tensor.name] = {{"dtype", name_of(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + bytes}}};
    sizes.push_back(bytes);
    offset += bytes;
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');

  AtomicFile file(path);
  const uint64_t header_size = text.size();
  file.write(&header_size, sizeof header_size);
  file.write(text);
  for (size_t i = 0; i < tensors.size(); ++i) file.write(tensors[i].data, sizes[i]);
  file.commit();
}

}  // namespace eyeshift
