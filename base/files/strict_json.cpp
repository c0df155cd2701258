#include "base/files/strict_json.h"

#include <set>
#include <vector>

#include "base/errors.h"

namespace eyeshift {

nlohmann::json parse_json_object(std::string_view text, const std::string& where) {
  using Event = nlohmann::json::parse_event_t;
  constexpr int kDeepest = 16;
  std::vector<std::set<std::string>> open_keys;
  const auto check = [&](int depth, Event event, nlohmann::json& parsed) {
    if (depth > kDeepest) throw InputError(where + ": JSON nested deeper than " + std::to_string(kDeepest));
    if (event == Event::object_start) open_keys.emplace_back();
    if (event == Event::object_end) open_keys.pop_back();
    if (event == Event::key && !open_keys.back().insert(parsed.get<std::string>()).second)
      throw InputError(where + ": the key '" + parsed.get<std::string>() + "' occurs twice: keep one");
    return true;
  };
  nlohmann::json parsed;
  try {
    parsed = nlohmann::json::parse(text, check);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(where + ": not valid JSON: " + error.what());
  }
  if (!parsed.is_object()) throw InputError(where + ": JSON must be an object, {...}");
  return parsed;
}

}  // namespace eyeshift
