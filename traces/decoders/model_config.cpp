#include "traces/decoders/model_config.h"

#include <limits>

#include "base/errors.h"
#include "base/files/input_file.h"
#include "base/files/strict_json.h"

namespace eyeshift {

ModelConfig::ModelConfig(const std::filesystem::path& folder) : path_(folder / "config.json") {
  constexpr uint64_t kLargest = 1'000'000;
  json_ = parse_json_object(read_text(path_, kLargest), path_.string());
}

std::string ModelConfig::text(const std::string& key, std::optional<std::string> absent) const {
  const auto* value = find(key, !absent);
  if (value == nullptr) return *absent;
  if (!value->is_string()) fail(quoted(key) + " must be a string, not " + value->dump());
  return value->get<std::string>();
}

int64_t ModelConfig::size(const std::string& key, std::optional<int64_t> absent) const {
  constexpr uint64_t kLargest = uint64_t{1} << 24;
  const auto* value = find(key, !absent);
  if (value == nullptr) return *absent;
  if (!value->is_number_unsigned() || value->get<uint64_t>() < 1 || value->get<uint64_t>() > kLargest)
    fail(quoted(key) + " must be an integer from 1 to " + std::to_string(kLargest) + ", not " +
         value->dump());
  return value->get<int64_t>();
}

bool ModelConfig::boolean(const std::string& key, bool absent) const {
  const auto* value = find(key, false);
  if (value == nullptr) return absent;
  if (!value->is_boolean()) fail(quoted(key) + " must be true or false, not " + value->dump());
  return value->get<bool>();
}

double ModelConfig::number(const std::string& key, std::optional<double> absent) const {
  const auto* value = find(key, !absent);
  if (value == nullptr) return *absent;
  const double number = value->is_number() ? value->get<double>() : 0;
  if (number < std::numeric_limits<float>::min() || number > std::numeric_limits<float>::max())
    fail(quoted(key) + " must be a number above 0, not " + value->dump());
  return number;
}

std::optional<ModelConfig> ModelConfig::object(const std::string& key) const {
  const auto* value = find(key, false);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) fail(quoted(key) + " must be an object, not " + value->dump());
  return ModelConfig(path_, parents_ + key + ".", *value);
}

void ModelConfig::require_text(const std::string& key, const std::string& only,
                               const std::string& absent) const {
  if (const std::string value = text(key, absent); value != only)
    fail(quoted(key) + " must be \"" + only + "\", not \"" + value + "\"");
}

void ModelConfig::require_boolean(const std::string& key, bool only, bool absent) const {
  if (boolean(key, absent) != only) fail(quoted(key) + " must be " + (only ? "true" : "false"));
}

void ModelConfig::fail(const std::string& message) const {
  throw InputError(path_.string() + ": " + message);
}

const nlohmann::json* ModelConfig::find(const std::string& key, bool required) const {
  const auto value = json_.find(key);
  if (value != json_.end() && !value->is_null()) return &*value;
  if (required) fail("the key " + quoted(key) + " is missing");
  return nullptr;
}

}  // namespace eyeshift
