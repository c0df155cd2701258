#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "traces/format/layer.h"

namespace eyeshift {

constexpr int kTraceFormatVersion = 1;
// The key of the trace's description in a safetensors file's __metadata__.
constexpr const char* kTraceKey = "eyeshift";

// A trace without its tensors, as JSON and back. Reading throws InputError beginning with `where`, which
// names the file, for another format version, a missing or unknown key, a wrong type, an encoding that no
// scheme has, or a layer without a name of its own.
nlohmann::ordered_json json_from_trace(const Trace& trace);
Trace trace_from_json(const nlohmann::json& object, const std::string& where);

}  // namespace eyeshift
