#include "base/files/yaml_edits.h"

#include <algorithm>

#include "base/errors.h"

namespace eyeshift {
namespace {

YamlEdit yaml_edit(const std::string& option, const std::string& text) {
  const std::string place = option + " " + text + ": ";
  const size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  const bool has_empty_part =
      key.empty() || key.front() == '.' || key.back() == '.' || key.find("..") != std::string::npos;
  if (equals == std::string::npos || has_empty_part)
    throw InputError(place + "expected KEY=VALUE, such as array.rows=32");
  YamlEdit edit{key, {}, place};
  try {
    edit.value = YAML::Load(text.substr(equals + 1));
  } catch (const YAML::Exception& error) {
    throw InputError(place + "the value is not valid YAML: " + error.msg);
  }
  if (edit.value.IsMap())
    throw InputError(place + "the value has keys of its own: set each of them by itself");
  return edit;
}

}  // namespace

YamlEdits yaml_edits(const std::string& option, const std::vector<std::string>& texts) {
  YamlEdits edits;
  for (const std::string& text : texts) {
    edits.push_back(yaml_edit(option, text));
    const auto same = [&](const YamlEdit& other) { return other.key == edits.back().key; };
    if (std::find_if(edits.begin(), edits.end() - 1, same) != edits.end() - 1)
      throw InputError(edits.back().place + "'" + edits.back().key + "' is set twice");
  }
  return edits;
}

}  // namespace eyeshift
