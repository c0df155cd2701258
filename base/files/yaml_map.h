#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files/yaml_edits.h"

namespace eyeshift {

// Whether a key may be left out; its target then keeps the value that it has.
enum class Need { required, optional };

// Inclusive limits.
template <typename T>
struct Range {
  T min, max;
};

// A mapping of a YAML file while it is read. A reader declares each key once, with its target, limits and
// meaning:
//
//   read_yaml(path, [&](YamlMap& map) {
//     map.integer("rows", config.rows, {1, 1024}, "rows of PEs");
//     map.done();
//     if (...) map.fail("rows", "must be even");   // checks that involve several keys come after done()
//   });
//
// Keys that no declaration names, missing, repeated and misspelt keys, wrong types and values outside the
// limits are InputErrors that name file, line, key path, value and what is allowed.
class YamlMap {
 public:
  using Reader = std::function<void(YamlMap&)>;
  using NamedReader = std::function<void(const std::string& name, YamlMap&)>;

  // A whole number, also one written as 200e6.
  template <typename Int>
  void integer(std::string_view key, Int& target, Range<int64_t> range, std::string_view meaning,
               Need need = Need::required) {
    int64_t value = target;
    if (read_integer(key, value, range, meaning, need)) target = static_cast<Int>(value);
  }
  void number(std::string_view key, double& target, Range<double> range, std::string_view meaning,
              Need need = Need::required);
  void flag(std::string_view key, bool& target, std::string_view meaning, Need need = Need::required);
  // Text that is not empty.
  void text(std::string_view key, std::string& target, std::string_view meaning, Need need = Need::required);
  // One of several words.
  template <typename T>
  void choice(std::string_view key, T& target, const std::vector<std::pair<std::string, T>>& choices,
              std::string_view meaning, Need need = Need::required) {
    std::vector<std::string> words;
    for (const auto& [word, unused] : choices) words.push_back(word);
    const int chosen = read_choice(key, words, meaning, need);
    if (chosen >= 0) target = choices[static_cast<size_t>(chosen)].second;
  }
  // A list of different words out of `allowed`, at least one.
  void words(std::string_view key, std::vector<std::string>& target, const std::vector<std::string>& allowed,
             std::string_view meaning, Need need = Need::required);

  // A mapping within this one; done() is called on it when `reader` returns.
  void map(std::string_view key, const Reader& reader, std::string_view meaning, Need need = Need::required);
  // A list of mappings, at least one.
  void list(std::string_view key, const Reader& reader, std::string_view meaning, Need need = Need::required);
  // A mapping whose keys the file chooses, each to a mapping; at least one.
  void named(std::string_view key, const NamedReader& reader, std::string_view meaning,
             Need need = Need::required);
  // The same where this mapping itself has the keys that the file chooses, and no others.
  void each(const NamedReader& reader, std::string_view meaning);

  bool has(std::string_view key) const { return entry(key) != nullptr; }
  // Throws at once where the key is missing: for keys that decide which others are allowed.
  void require(std::string_view key, std::string_view meaning) const;
  // The keys that are declared are all there are: throws for unknown ones, then for missing ones.
  void done();

  // Throws InputError "file:line: key.path = 'value': problem"; without the value where the key is missing,
  // of this mapping itself where `key` is empty.
  [[noreturn]] void fail(std::string_view key, const std::string& problem) const;

 private:
  friend void parse_yaml(const std::string& text, const std::string& path, const Reader& reader,
                         const YamlEdits& edits);

  struct Entry {
    std::string key;
    YAML::Node value;
    std::string place;  // what errors begin with: "FILE:LINE: " or that of an edit
    bool is_edited;
  };

  // What all mappings of a file share.
  struct Source {
    std::string file;
    const YamlEdits& edits;
    std::vector<std::string> declared;  // paths of all keys that were declared until now
  };

  YamlMap(std::shared_ptr<Source> source, std::string path, const YAML::Node& node, std::string place);
  void read_entries(const YAML::Node& node);
  // Puts in the values of the edits that belong into this mapping.
  void edit();
  void set(const std::string& key, const YAML::Node& value, const std::string& place);
  // What errors about a node within an entry's value begin with.
  std::string place_of(const Entry& entry, const YAML::Node& within) const;
  // "did you mean 'x'?" of an unknown key, "" where nothing is like it.
  std::string suggestion(const std::string& key) const;

  const Entry* entry(std::string_view key) const;
  // Declares the key; nullptr where it is missing.
  const Entry* declare(std::string_view key, std::string_view meaning, Need need);
  std::string key_path(std::string_view key) const;
  // The text of a scalar; other nodes fail with `expected`. `quoted`: whether the file quotes it.
  const std::string& scalar(const Entry& entry, const std::string& expected, bool* quoted = nullptr) const;
  bool read_integer(std::string_view key, int64_t& target, Range<int64_t> range, std::string_view meaning,
                    Need need);
  int read_choice(std::string_view key, const std::vector<std::string>& words, std::string_view meaning,
                  Need need);

  std::shared_ptr<Source> source_;
  std::string path_;   // of keys from the file's root to this mapping: "" or "glb" or "layers[2]"
  std::string place_;  // what errors about the mapping itself begin with
  std::vector<Entry> entries_;
  std::vector<std::string> declared_;
  std::vector<std::pair<std::string, std::string>> missing_;  // required keys and their meaning
};

// Reads the one document of a YAML file, a mapping, with the values of `edits` in place of its own. Throws
// InputError where the file cannot be read or parsed; errors about an edited value name its edit.
void read_yaml(const std::string& path, const YamlMap::Reader& reader, const YamlEdits& edits = {});

// The same for text that was already read from the file `path`.
void parse_yaml(const std::string& text, const std::string& path, const YamlMap::Reader& reader,
                const YamlEdits& edits = {});

}  // namespace eyeshift
