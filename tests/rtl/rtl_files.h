#pragma once

#include <regex>
#include <string>
#include <vector>

#include "tests/support/files.h"

namespace eyeshift {

inline std::string rtl_file(const std::string& name) { return project_file("rtl/" + name); }

// The modules that rtl/tops.v puts on top, in its order.
inline std::vector<std::string> top_modules() {
  const std::string text = content_of(rtl_file("tops.v"));
  const std::regex top("(?:`COMBINATIONAL\\(|module )top_(\\w+)");
  std::vector<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), top), end; match != end; ++match)
    names.push_back((*match)[1]);
  return names;
}

}  // namespace eyeshift
