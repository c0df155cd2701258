#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace eyeshift {

// A value that takes the place of a file's: KEY=VALUE, where KEY is a path such as array.rows.
struct YamlEdit {
  std::string key;
  YAML::Node value;
  std::string place;  // what errors begin with: "--set array.rows=32: "
};

using YamlEdits = std::vector<YamlEdit>;

// What the user gives to `option`, such as --set: each text is KEY=VALUE, VALUE in YAML: 32, true,
// [mac-fp16, lut]. Throws InputError, which names option, text and remedy, for a text of another form, a key
// that is given twice, and a value that is no YAML or has keys of its own.
YamlEdits yaml_edits(const std::string& option, const std::vector<std::string>& texts);

}  // namespace eyeshift
