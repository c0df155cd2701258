#include "base/files/yaml_map.h"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <unordered_map>

#include "base/errors.h"
#include "base/files/data_files.h"
#include "base/nearest.h"

namespace eyeshift {
namespace {

constexpr size_t kShownCharacters = 60;

std::string printable(const std::string& text) {
  std::string shown = text.substr(0, kShownCharacters);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return shown + (text.size() > kShownCharacters ? "..." : "");
}

std::string shown_value(const YAML::Node& node) {
  if (node.IsNull()) return "(empty)";
  if (node.IsScalar()) return "'" + printable(node.Scalar()) + "'";
  return node.IsMap() ? "(a mapping)" : "(a list)";
}

std::string at(const std::string& file, int line) { return file + ":" + std::to_string(line + 1) + ": "; }

std::string shown_number(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

bool parse_double(const std::string& text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

bool parse_integer(const std::string& text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return true;
  constexpr double kExact = 9007199254740992.0;  // 2^53: every smaller whole number is a double
  double number = 0;
  if (!parse_double(text, number) || std::trunc(number) != number || std::abs(number) > kExact) return false;
  value = static_cast<int64_t>(number);
  return true;
}

// Ignores what a document holds.
class NullHandler : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}
};

// YAML::LoadAll would tell, but a stray closing bracket makes it add empty documents for ever (yaml-cpp 0.7).
bool has_second_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  NullHandler ignore;
  return parser.HandleNextDocument(ignore) && parser.HandleNextDocument(ignore);
}

std::string with_meaning(const std::string& expected, std::string_view meaning) {
  return "expected " + expected + " (" + std::string(meaning) + ")";
}

}  // namespace

YamlMap::YamlMap(std::shared_ptr<Source> source, std::string path, const YAML::Node& node, std::string place)
    : source_(std::move(source)), path_(std::move(path)), place_(std::move(place)) {
  if (!node.IsMap())
    throw InputError(place_ + (path_.empty() ? "" : path_ + ": ") + "expected keys with values, found " +
                     shown_value(node));
  read_entries(node);
  edit();
}

void YamlMap::read_entries(const YAML::Node& node) {
  const std::string where = path_.empty() ? "" : path_ + ": ";
  std::unordered_map<std::string, int> lines;
  for (const auto& pair : node) {
    const int line = std::max(0, pair.first.Mark().line);
    const std::string place = at(source_->file, line);
    if (!pair.first.IsScalar()) throw InputError(place + where + "a key must be a word");
    const std::string& key = pair.first.Scalar();
    const auto [first, is_new] = lines.emplace(key, line);
    if (!is_new)
      throw InputError(place + "key '" + key_path(printable(key)) + "' is repeated: first on line " +
                       std::to_string(first->second + 1));
    entries_.push_back({key, pair.second, place, false});
  }
}

void YamlMap::edit() {
  for (const YamlEdit& edit : source_->edits) {
    const std::string path = path_.empty() ? "" : path_ + ".";
    if (edit.key.compare(0, path.size(), path) != 0) continue;
    const std::string below = edit.key.substr(path.size());
    const size_t dot = below.find('.');
    const std::string key = below.substr(0, dot);
    if (dot == std::string::npos) {
      set(key, edit.value, edit.place);
    } else if (const Entry* group = entry(key); group == nullptr) {
      set(key, YAML::Node(YAML::NodeType::Map), edit.place);
    } else if (!group->value.IsMap()) {
      throw InputError(edit.place + "'" + key_path(key) + "' has a value and no keys below it");
    }
  }
}

void YamlMap::set(const std::string& key, const YAML::Node& value, const std::string& place) {
  for (Entry& old : entries_) {
    if (old.key != key) continue;
    old.value.reset(value);  // an assignment would change the node for all its aliases
    old.place = place;
    old.is_edited = true;
    return;
  }
  entries_.push_back({key, value, place, true});
}

const YamlMap::Entry* YamlMap::entry(std::string_view key) const {
  for (const Entry& candidate : entries_) {
    if (candidate.key == key) return &candidate;
  }
  return nullptr;
}

const YamlMap::Entry* YamlMap::declare(std::string_view key, std::string_view meaning, Need need) {
  declared_.emplace_back(key);
  source_->declared.push_back(key_path(key));
  const Entry* found = entry(key);
  if (found == nullptr && need == Need::required) missing_.emplace_back(key, meaning);
  return found;
}

std::string YamlMap::place_of(const Entry& entry, const YAML::Node& within) const {
  return entry.is_edited ? entry.place : at(source_->file, std::max(0, within.Mark().line));
}

std::string YamlMap::key_path(std::string_view key) const {
  if (path_.empty() || key.empty()) return path_ + std::string(key);
  return path_ + "." + std::string(key);
}

void YamlMap::fail(std::string_view key, const std::string& problem) const {
  const Entry* found = entry(key);
  if (found == nullptr) {
    const std::string path = key_path(key);
    throw InputError(place_ + (path.empty() ? "" : path + ": ") + problem);
  }
  throw InputError(found->place + key_path(key) + " = " + shown_value(found->value) + ": " + problem);
}

const std::string& YamlMap::scalar(const Entry& entry, const std::string& expected, bool* quoted) const {
  if (!entry.value.IsScalar()) fail(entry.key, expected);
  if (quoted != nullptr) *quoted = entry.value.Tag() == "!";
  return entry.value.Scalar();
}

bool YamlMap::read_integer(std::string_view key, int64_t& target, Range<int64_t> range,
                           std::string_view meaning, Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return false;
  const std::string expected = with_meaning(
      "a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max), meaning);
  bool quoted = false;
  int64_t value = 0;
  if (!parse_integer(scalar(*found, expected, &quoted), value) || quoted) fail(key, expected);
  if (value < range.min || value > range.max) fail(key, expected);
  target = value;
  return true;
}

void YamlMap::number(std::string_view key, double& target, Range<double> range, std::string_view meaning,
                     Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return;
  const std::string expected =
      with_meaning("a number from " + shown_number(range.min) + " to " + shown_number(range.max), meaning);
  bool quoted = false;
  double value = 0;
  if (!parse_double(scalar(*found, expected, &quoted), value) || quoted) fail(key, expected);
  if (value < range.min || value > range.max) fail(key, expected);
  target = value;
}

void YamlMap::flag(std::string_view key, bool& target, std::string_view meaning, Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return;
  const std::string expected = with_meaning("true or false", meaning);
  const std::string& value = scalar(*found, expected);
  if (value != "true" && value != "false") fail(key, expected);
  target = value == "true";
}

void YamlMap::text(std::string_view key, std::string& target, std::string_view meaning, Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return;
  const std::string expected = with_meaning("text", meaning);
  const std::string& value = scalar(*found, expected);
  if (value.find_first_not_of(" \t\r\n") == std::string::npos) fail(key, expected + " that is not empty");
  target = value;
}

int YamlMap::read_choice(std::string_view key, const std::vector<std::string>& words,
                         std::string_view meaning, Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return -1;
  const std::string expected = with_meaning("one of " + join_names(words), meaning);
  const auto chosen = std::find(words.begin(), words.end(), scalar(*found, expected));
  if (chosen == words.end()) fail(key, expected);
  return static_cast<int>(chosen - words.begin());
}

void YamlMap::words(std::string_view key, std::vector<std::string>& target,
                    const std::vector<std::string>& allowed, std::string_view meaning, Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return;
  const std::string expected =
      with_meaning("a list of different words out of " + join_names(allowed), meaning);
  if (!found->value.IsSequence() || found->value.size() == 0) fail(key, expected);
  std::vector<std::string> all;
  for (const YAML::Node& node : found->value) {
    const bool known =
        node.IsScalar() && std::find(allowed.begin(), allowed.end(), node.Scalar()) != allowed.end();
    if (!known || std::find(all.begin(), all.end(), node.Scalar()) != all.end())
      throw InputError(place_of(*found, node) + key_path(key) + ": " + shown_value(node) +
                       (known ? " is repeated: " : " is not allowed: ") + expected);
    all.push_back(node.Scalar());
  }
  target = std::move(all);
}

void YamlMap::map(std::string_view key, const Reader& reader, std::string_view meaning, Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return;
  YamlMap inner(source_, key_path(key), found->value, place_of(*found, found->value));
  reader(inner);
  inner.done();
}

void YamlMap::list(std::string_view key, const Reader& reader, std::string_view meaning, Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return;
  if (!found->value.IsSequence() || found->value.size() == 0)
    fail(key, with_meaning("a list with at least one entry", meaning));
  size_t index = 0;
  for (const YAML::Node& node : found->value) {
    YamlMap inner(source_, key_path(key) + "[" + std::to_string(index++) + "]", node, place_of(*found, node));
    reader(inner);
    inner.done();
  }
}

void YamlMap::named(std::string_view key, const NamedReader& reader, std::string_view meaning, Need need) {
  const Entry* found = declare(key, meaning, need);
  if (found == nullptr) return;
  YamlMap outer(source_, key_path(key), found->value, place_of(*found, found->value));
  outer.each(reader, meaning);
}

void YamlMap::each(const NamedReader& reader, std::string_view meaning) {
  if (entries_.empty()) fail("", with_meaning("at least one name", meaning));
  for (const Entry& named : entries_) {
    declared_.push_back(named.key);
    YamlMap inner(source_, key_path(named.key), named.value, place_of(named, named.value));
    reader(named.key, inner);
    inner.done();
  }
}

void YamlMap::require(std::string_view key, std::string_view meaning) const {
  if (!has(key))
    throw InputError(place_ + "missing key '" + key_path(key) + "' (" + std::string(meaning) + ")");
}

std::string YamlMap::suggestion(const std::string& key) const {
  if (const std::string nearest = nearest_name(key, declared_); !nearest.empty())
    return "did you mean '" + nearest + "'?";
  // The right key in the wrong mapping.
  std::string elsewhere;
  for (const std::string& path : source_->declared)
    if (path.substr(path.rfind('.') + 1) == key)
      elsewhere += (elsewhere.empty() ? "'" : " or '") + path + "'";
  return elsewhere.empty() ? "" : "did you mean " + elsewhere + "?";
}

void YamlMap::done() {
  for (const Entry& candidate : entries_) {
    if (std::find(declared_.begin(), declared_.end(), candidate.key) != declared_.end()) continue;
    const std::string suggested = suggestion(candidate.key);
    throw InputError(candidate.place + "unknown key '" + key_path(printable(candidate.key)) + "'" +
                     (suggested.empty() ? "." : ": " + suggested) +
                     " Allowed here: " + join_names(declared_));
  }
  for (const auto& [key, meaning] : missing_) require(key, meaning);
}

void read_yaml(const std::string& path, const YamlMap::Reader& reader, const YamlEdits& edits) {
  parse_yaml(read_text_file(path), path, reader, edits);
}

void parse_yaml(const std::string& text, const std::string& path, const YamlMap::Reader& reader,
                const YamlEdits& edits) {
  YAML::Node document;
  bool more = false;
  try {
    document = YAML::Load(text);
    more = has_second_document(text);
  } catch (const YAML::Exception& error) {
    throw InputError(at(path, std::max(0, error.mark.line)) + "not valid YAML: " + error.msg);
  }
  if (!document.IsDefined() || document.IsNull()) throw InputError(path + ": the file is empty");
  if (more)
    throw InputError(path +
                     ": goes on after its end: expected one document, without '---' or stray brackets");
  YamlMap root(std::make_shared<YamlMap::Source>(YamlMap::Source{path, edits, {}}), "", document,
               at(path, std::max(0, document.Mark().line)));
  reader(root);
  root.done();
}

}  // namespace eyeshift
