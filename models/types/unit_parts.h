#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace eyeshift {

// The components that a unit consists of, scratchpads and table storage apart: rows of a table's
// `components`.
struct UnitParts {
  std::vector<std::string> pe;  // in every PE that has the unit
  std::vector<std::string> top =
      {};            // at every column top that finishes groups: what applies their real scales
  int64_t tops = 0;  // how many column tops that are; 0 without `top`
};

// A unit as an array has it.
struct PlacedUnit {
  std::string name;
  UnitParts parts;
  int64_t pes = 0;         // that have it
  bool has_table = false;  // each with a table of spad_words.lut words
};

}  // namespace eyeshift
