#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

namespace eyeshift {

// A Hugging Face config.json, or an object in it. A key that is null counts as absent. Every error is an
// InputError that names the file, the key, its value and what is allowed.
class ModelConfig {
 public:
  explicit ModelConfig(const std::filesystem::path& folder);

  std::string text(const std::string& key, std::optional<std::string> absent = std::nullopt) const;
  // An integer of 1 to 2^24.
  int64_t size(const std::string& key, std::optional<int64_t> absent = std::nullopt) const;
  // One that has two names: the alias counts where both are there, as transformers' attribute_map has it.
  int64_t aliased_size(const std::string& alias, const std::string& key) const {
    return size(has(alias) ? alias : key);
  }
  // A number above zero, finite in single precision.
  double number(const std::string& key, std::optional<double> absent = std::nullopt) const;
  bool boolean(const std::string& key, bool absent) const;
  // A nested object; nullopt where it is absent.
  std::optional<ModelConfig> object(const std::string& key) const;
  bool has(const std::string& key) const { return find(key, false) != nullptr; }
  bool is_null(const std::string& key) const { return json_.contains(key) && !has(key); }

  // Throw an InputError unless the text, or the truth value, is the only one that is supported. An absent
  // text is the default that is given.
  void require_text(const std::string& key, const std::string& only, const std::string& absent) const;
  void require_boolean(const std::string& key, bool only, bool absent) const;

  [[noreturn]] void fail(const std::string& message) const;

 private:
  ModelConfig(std::filesystem::path path, std::string parents, nlohmann::json json)
      : path_(std::move(path)), parents_(std::move(parents)), json_(std::move(json)) {}

  // nullptr: absent, and allowed to be.
  const nlohmann::json* find(const std::string& key, bool required) const;
  // The key in quotes, after those of the objects around it.
  std::string quoted(const std::string& key) const { return "'" + parents_ + key + "'"; }

  std::filesystem::path path_;
  std::string parents_;  // "rope_scaling."
  nlohmann::json json_;
};

}  // namespace eyeshift
