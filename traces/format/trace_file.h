#pragma once

#include <filesystem>

#include "traces/format/layer.h"

namespace eyeshift {

// Reads and writes traces: one safetensors file a network and scheme, laid out as in docs/trace-format.md.

// Writes atomically; equal traces give equal bytes. Throws InputError where the file cannot be written,
// InternalError where a layer's tensors do not fit its encoding.
void write_trace(const std::filesystem::path& path, const Trace& trace);

// Throws InputError naming the file, the layer and the tensor where the file is not a trace, is of another
// format version, or where a tensor is missing, unknown, of another type or shape than its encoding says, or
// out of range.
Trace read_trace(const std::filesystem::path& path);

}  // namespace eyeshift
