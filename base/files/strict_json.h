#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace eyeshift {

// Parses an object of JSON, keys in the order of their names. Duplicate keys, nesting deeper than 16 and
// every syntax error are InputErrors that begin with `where`, which names the file.
nlohmann::json parse_json_object(std::string_view text, const std::string& where);

}  // namespace eyeshift
