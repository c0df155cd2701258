#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "traces/format/layer.h"

namespace eyeshift {

constexpr int kTraceFormatVersion = 1;
// The key of the trace's description in a safetensors file's __metadata__.
constexpr const char* kTraceKey = "eyeshift";

// A trace without its tensors, as JSON and back. Reading throws InputError beginning with `where`, which
// names the file, for another format version, a missing key, a wrong type, an impossible encoding or a layer
// named twice.
nlohmann::ordered_json json_from_trace(const Trace& trace);
Trace trace_from_json(const nlohmann::json& object, const std::string& where);

}  // namespace eyeshift
