#pragma once

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace eyeshift {

inline std::string rtl_file(const std::string& name) {
  return std::string(EYESHIFT_SOURCE_DIR) + "/rtl/" + name;
}

inline std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

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
