#include "tests/support/vcd.h"

#include <sstream>
#include <stdexcept>

namespace eyeshift {
namespace {

class Parser {
 public:
  explicit Parser(const std::string& text) : in_(text) {}

  Vcd parse() {
    std::string word;
    while (in_ >> word && word != "$enddefinitions") declaration(word);
    if (word != "$enddefinitions") throw std::runtime_error("no $enddefinitions");
    content();
    while (in_ >> word) change(word);
    return vcd_;
  }

 private:
  // The words up to $end.
  std::vector<std::string> content() {
    std::vector<std::string> words;
    for (std::string word; in_ >> word && word != "$end";) words.push_back(word);
    return words;
  }

  void declaration(const std::string& keyword) {
    const std::vector<std::string> words = content();
    std::string joined;
    for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
    if (keyword == "$timescale")
      vcd_.timescale = joined;
    else if (keyword == "$comment")
      vcd_.comments.push_back(joined);
    else if (keyword == "$scope")
      scopes_.push_back(words.at(1));
    else if (keyword == "$upscope")
      scopes_.pop_back();
    else if (keyword == "$var")
      names_[words.at(2)] = scopes_.back() + "." + words.at(3);
    else if (keyword != "$version")
      throw std::runtime_error("unexpected " + keyword);
  }

  void change(const std::string& word) {
    if (word == "$comment") {
      content();
    } else if (word == "$dumpvars" || word == "$end") {
    } else if (word.front() == '#') {
      vcd_.times.push_back(std::stoll(word.substr(1)));
    } else if (word.front() == 'b') {
      std::string id;
      in_ >> id;
      set(id, std::stoull(word.substr(1), nullptr, 2));
    } else if (word.front() == '0' || word.front() == '1') {
      set(word.substr(1), word.front() == '1' ? 1 : 0);
    } else {
      throw std::runtime_error("unexpected " + word);
    }
  }

  void set(const std::string& id, uint64_t value) {
    vcd_.values[names_.at(id)].emplace_back(vcd_.times.empty() ? 0 : vcd_.times.back(), value);
  }

  std::istringstream in_;
  Vcd vcd_;
  std::vector<std::string> scopes_;
  std::map<std::string, std::string> names_;
};

}  // namespace

Vcd parse_vcd(const std::string& text) { return Parser(text).parse(); }

int64_t Vcd::duration(const std::string& variable, uint64_t value, int64_t end) const {
  const auto& changes = values.at(variable);
  int64_t sum = 0;
  for (size_t i = 0; i < changes.size(); ++i)
    if (changes[i].second == value)
      sum += (i + 1 < changes.size() ? changes[i + 1].first : end) - changes[i].first;
  return sum;
}

int64_t Vcd::changes(const std::string& variable) const {
  return static_cast<int64_t>(values.at(variable).size()) - 1;
}

}  // namespace eyeshift
