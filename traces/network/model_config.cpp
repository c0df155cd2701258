#include "traces/network/model_config.h"

#include "configs/reader/errors.h"
#include "traces/tensor_io/input_file.h"
#include "traces/tensor_io/strict_json.h"

namespace eyeshift {

ModelConfig::ModelConfig(const std::filesystem::path& folder) : path_(folder / "config.json") {
  constexpr uint64_t kLargest = 1'000'000;
  json_ = parse_json_object(read_text(path_, kLargest), path_.string());
}

std::string ModelConfig::text(const std::string& key, std::optional<std::string> absent) const {
  const auto* value = find(key, !absent);
  if (value == nullptr) return *absent;
  if (!value->is_string()) fail("'" + key + "' must be a string, not " + value->dump());
  return value->get<std::string>();
}

int64_t ModelConfig::size(const std::string& key, std::optional<int64_t> absent) const {
  constexpr uint64_t kLargest = uint64_t{1} << 24;
  const auto* value = find(key, !absent);
  if (value == nullptr) return *absent;
  if (!value->is_number_unsigned() || value->get<uint64_t>() < 1 || value->get<uint64_t>() > kLargest)
    fail("'" + key + "' must be an integer from 1 to " + std::to_string(kLargest) + ", not " + value->dump());
  return value->get<int64_t>();
}

bool ModelConfig::boolean(const std::string& key, bool absent) const {
  const auto* value = find(key, false);
  if (value == nullptr) return absent;
  if (!value->is_boolean()) fail("'" + key + "' must be true or false, not " + value->dump());
  return value->get<bool>();
}

void ModelConfig::fail(const std::string& message) const {
  throw InputError(path_.string() + ": " + message);
}

const nlohmann::json* ModelConfig::find(const std::string& key, bool required) const {
  const auto value = json_.find(key);
  if (value != json_.end()) return &*value;
  if (required) fail("the key '" + key + "' is missing");
  return nullptr;
}

}  // namespace eyeshift
