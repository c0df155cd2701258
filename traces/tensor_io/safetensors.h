#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/files/input_file.h"
#include "traces/tensor_io/dtype.h"

namespace eyeshift {

// A tensor of a safetensors file: row-major, little-endian.
struct TensorInfo {
  DType dtype = DType::u8;
  std::vector<int64_t> shape;
  uint64_t offset = 0;  // from the beginning of the file
  uint64_t bytes = 0;

  int64_t elements() const;
};

// "[2, 3]"
std::string shape_text(const std::vector<int64_t>& shape);

// A safetensors file (https://github.com/huggingface/safetensors#format). Opening reads and checks the header
// alone: its size (at most 100 MB), duplicate keys, element types, that offsets equal shape times element
// size and that the tensors cover the rest of the file without overlap or gap. Tensors are read one at a
// time. All errors are InputErrors that name the file and the tensor.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  const std::map<std::string, TensorInfo>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  bool contains(const std::string& name) const { return tensors_.count(name) > 0; }
  const TensorInfo& info(const std::string& name) const;
  std::vector<uint8_t> read_bytes(const std::string& name) const;
  // F16, BF16, F32 or F64 as floats; other types and values that are not finite are InputErrors. The second
  // reads count elements, from the first one named on, to a place of their own.
  std::vector<float> read_floats(const std::string& name) const;
  void read_floats(const std::string& name, int64_t first, int64_t count, float* destination) const;

 private:
  void parse_header(const std::string& header, uint64_t data_begin);

  InputFile file_;
  std::map<std::string, TensorInfo> tensors_;
  std::map<std::string, std::string> metadata_;
};

// A tensor to be written, and what gives its bytes, little-endian, when it is its turn.
struct TensorContent {
  std::string name;
  DType dtype = DType::u8;
  std::vector<int64_t> shape;
  std::function<std::vector<uint8_t>()> bytes;
};

// Writes a safetensors file atomically, one tensor after the other. Equal arguments give equal bytes; as in
// the reference implementation, tensors lie by falling element size, then by name, and the header is padded
// to 8 bytes, so that every tensor is aligned. Throws InternalError where a name occurs twice or bytes do not
// fit their shape.
void stream_safetensors(const std::filesystem::path& path, std::vector<TensorContent> tensors,
                        const std::map<std::string, std::string>& metadata);

// A tensor in memory; the data must outlive the call.
struct TensorView {
  std::string name;
  DType dtype = DType::u8;
  std::vector<int64_t> shape;
  const void* data = nullptr;
};

// The same of tensors in memory.
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace eyeshift
