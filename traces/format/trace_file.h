#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "traces/format/layer.h"
#include "traces/format/layer_tensors.h"
#include "traces/tensor_io/safetensors.h"

namespace eyeshift {

// Reads and writes traces: one safetensors file a network and scheme, laid out as in docs/trace-format.md.

// A trace whose tensors stay in the file until they are asked for. All functions throw InputError naming the
// file, the layer and the tensor; copies are not made, reading is possible from any thread.
class TraceFile {
 public:
  // Throws where the file is not a trace, is of another format version, or where a tensor is missing, unknown
  // or of another type or shape than its layer's encoding says.
  explicit TraceFile(const std::filesystem::path& path);

  // The trace with layers that lack their tensors.
  const Trace& description() const { return description_; }
  // A layer with its tensors. Throws where one is out of range.
  Layer layer(size_t index) const;
  // A tensor of a layer as it is stored.
  std::vector<uint8_t> tensor(size_t layer, const TensorSpec& spec) const;

 private:
  SafetensorsFile file_;
  Trace description_;
};

// Throws as TraceFile does.
Trace read_trace(const std::filesystem::path& path);

// Writes atomically; equal traces give equal bytes. Throws InputError where the file cannot be written,
// InternalError where a layer's tensors do not fit its encoding.
void write_trace(const std::filesystem::path& path, const Trace& trace);

// Gives the bytes of a layer's tensor as they are stored.
using TensorBytes = std::function<std::vector<uint8_t>(size_t layer, const TensorSpec& spec)>;

// The same of a trace whose layers lack their tensors: `bytes` gives them, one at a time.
void write_trace(const std::filesystem::path& path, const Trace& description, const TensorBytes& bytes);

}  // namespace eyeshift
