#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace eyeshift {

// A value change dump: the header, and for every variable ("scope.name") its values from each time on.
struct Vcd {
  std::string timescale;
  std::vector<std::string> comments;
  std::map<std::string, std::vector<std::pair<int64_t, uint64_t>>> values;
  std::vector<int64_t> times;  // all that the file names, in its order

  // How long a variable had a value, up to `end`; and how often it changed after its initial value.
  int64_t duration(const std::string& variable, uint64_t value, int64_t end) const;
  int64_t changes(const std::string& variable) const;
};

// Throws std::runtime_error where the text is none.
Vcd parse_vcd(const std::string& text);

}  // namespace eyeshift
