#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace eyeshift {

// A Hugging Face config.json. Every error is an InputError that names the file, the key, its value and what
// is allowed.
class ModelConfig {
 public:
  explicit ModelConfig(const std::filesystem::path& folder);

  std::string text(const std::string& key, std::optional<std::string> absent = std::nullopt) const;
  // An integer of 1 to 2^24.
  int64_t size(const std::string& key, std::optional<int64_t> absent = std::nullopt) const;
  bool boolean(const std::string& key, bool absent) const;

  [[noreturn]] void fail(const std::string& message) const;

 private:
  // nullptr: absent, and allowed to be.
  const nlohmann::json* find(const std::string& key, bool required) const;

  std::filesystem::path path_;
  nlohmann::json json_;
};

}  // namespace eyeshift
