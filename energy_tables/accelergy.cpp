#include "energy_tables/accelergy.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <vector>

#include "base/errors.h"
#include "base/files/data_files.h"
#include "base/nearest.h"
#include "energy_tables/rows.h"

namespace eyeshift {
namespace {

// A component of a reference table: energies by action, or an area under the name "area".
using Values = std::map<std::string, std::vector<double>>;
struct ReferenceTable {
  std::string file;
  std::map<std::string, Values> classes;

  std::vector<std::string> class_names() const {
    std::vector<std::string> names;
    for (const auto& [name, unused] : classes) names.push_back(name);
    return names;
  }
};

[[noreturn]] void fail(const std::string& file, const YAML::Node& node, const std::string& problem) {
  throw InputError(file + ":" + std::to_string(std::max(0, node.Mark().line) + 1) + ": " + problem);
}

YAML::Node entry(const std::string& file, const YAML::Node& node, const char* key) {
  if (!node.IsMap() || !node[key].IsDefined())
    fail(file, node, std::string("missing key '") + key + "' of an Accelergy reference table");
  return node[key];
}

std::string name_entry(const std::string& file, const YAML::Node& node, const char* what) {
  const YAML::Node name = entry(file, node, "name");
  if (!name.IsScalar()) fail(file, name, std::string("expected the name of ") + what);
  return name.Scalar();
}

YAML::Node list_entry(const std::string& file, const YAML::Node& node, const char* key) {
  const YAML::Node list = entry(file, node, key);
  if (!list.IsSequence() || list.size() == 0) fail(file, list, std::string(key) + ": expected a list");
  return list;
}

double amount(const std::string& file, const YAML::Node& node, const char* key) {
  const YAML::Node found = entry(file, node, key);
  double number = 0;
  if (!found.IsScalar() || !YAML::convert<double>::decode(found, number) || !(number >= 0 && number <= 1e15))
    fail(file, found, std::string(key) + ": expected a number from 0 on");
  return number;
}

// The last part of "chip.PE[0..167].weights_spad[1..1]", without indices.
std::string class_of(const std::string& component) {
  static const std::regex indices("\\[[^\\]]*\\]");
  const std::string plain = std::regex_replace(component, indices, "");
  return plain.substr(plain.rfind('.') + 1);  // npos + 1 is 0
}

// Reads {root: {tables: [{name, actions: [{name, energy}] | area}]}}.
ReferenceTable read_reference(const std::string& file, const char* root) {
  ReferenceTable table{file, {}};
  YAML::Node document;
  try {
    document = YAML::Load(read_text_file(file));
  } catch (const YAML::Exception& error) {
    throw InputError(file + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
  for (const YAML::Node& component : list_entry(file, entry(file, document, root), "tables")) {
    const std::string name = class_of(name_entry(file, component, "a component"));
    Values& values = table.classes[name];
    if (!values.empty())
      fail(file, component, "class '" + name + "' is there twice: give its components different names");
    if (std::string(root) == "ART") {
      values["area"] = {amount(file, component, "area")};
      continue;
    }
    for (const YAML::Node& action : list_entry(file, component, "actions"))
      values[name_entry(file, action, "an action")].push_back(amount(file, action, "energy"));
  }
  return table;
}

// Bits of one count of a row, for rows that count them; 0 for the others.
int bits_of_row(const std::string& row) {
  if (row == kDramRow) return 8;
  if (row == kRegisterReadRow || row == kRegisterWriteRow) return 1;
  if (row == kNocRow || row.rfind("spad_", 0) == 0) return 16;
  return 0;
}

std::string beside(const std::string& table_file, const std::string& name) {
  return (std::filesystem::path(table_file).parent_path() / name).string();
}

// What `map` names of a reference table under `class` and `action`.
class Reference {
 public:
  Reference(const ReferenceTable& table, std::set<std::string>& taken) : table_(table), taken_(taken) {}

  double value(YamlMap& map, const std::string& class_name, const std::string& action) {
    const auto found = table_.classes.find(class_name);
    if (found == table_.classes.end())
      map.fail("class", "no such class in " + table_.file + ": it has " + join_names(table_.class_names()));
    taken_.insert(class_name);
    const auto values = found->second.find(action);
    if (values == found->second.end()) {
      std::vector<std::string> known;
      for (const auto& [name, unused] : found->second) known.push_back(name);
      map.fail("action", "class '" + class_name + "' has none of this name: it has " + join_names(known));
    }
    for (const double other : values->second)
      if (other != values->second.front())
        map.fail("action", "class '" + class_name +
                               "' has several energies for it, by its arguments: keep one of "
                               "them in " +
                               table_.file);
    return values->second.front();
  }

 private:
  const ReferenceTable& table_;
  std::set<std::string>& taken_;
};

void read_action(const std::string& row, YamlMap& map, Reference& ert, const std::string& file,
                 EnergyTable& table) {
  std::string class_name, action;
  int bits = 0;
  const int row_bits = bits_of_row(row);
  map.text("class", class_name, "last part of a component's name in the ERT");
  map.text("action", action, "its action");
  if (row_bits > 0) map.integer("bits", bits, {1, 4096}, "that the action's energy moves");
  map.done();
  if (!table.actions.emplace(row, ActionPrice{}).second)
    map.fail("", "the table states this row, too: keep one of the two");
  ActionPrice& price = table.actions[row];
  price.energy_pJ = ert.value(map, class_name, action) * (row_bits > 0 ? 1.0 * row_bits / bits : 1);
  price.source = "Accelergy, " + file + ": " + class_name + "." + action;
}

}  // namespace

void read_accelergy(YamlMap& map, const std::string& table_file, EnergyTable& table) {
  std::string ert_name, art_name;
  map.text("ert", ert_name, "file of energies, beside this one");
  map.text("art", art_name, "file of areas, beside this one", Need::optional);
  const ReferenceTable ert = read_reference(beside(table_file, ert_name), "ERT");
  table.files.push_back(ert.file);
  std::set<std::string> taken, taken_areas;
  Reference energies(ert, taken);
  map.named(
      "actions",
      [&](const std::string& row, YamlMap& inner) {
        check_action_row(inner, row);
        read_action(row, inner, energies, ert_name, table);
      },
      "class and action of the ERT by row");
  if (!art_name.empty()) {
    const ReferenceTable art = read_reference(beside(table_file, art_name), "ART");
    table.files.push_back(art.file);
    Reference areas(art, taken_areas);
    map.named(
        "components",
        [&](const std::string& row, YamlMap& inner) {
          check_component_row(inner, row);
          if (table.components.count(row) > 0)
            inner.fail("", "the table states this row, too: keep one of the two");
          std::string class_name;
          inner.text("class", class_name, "last part of a component's name in the ART");
          inner.number("leakage_mW", table.components[row].leakage_mW, {0, 1e9}, "milliwatts at rest",
                       Need::optional);
          inner.done();
          table.components[row].area_um2 = areas.value(inner, class_name, "area");
          table.components[row].source = "Accelergy, " + art_name + ": " + class_name;
        },
        "class of the ART by component");
  }
  std::vector<std::string> ignored;
  map.words("ignore", ignored, ert.class_names(), "classes that no row takes", Need::optional);
  for (const std::string& name : ert.class_names())
    if (taken.count(name) == 0 && std::find(ignored.begin(), ignored.end(), name) == ignored.end())
      map.fail("actions", "no row takes class '" + name + "' of " + ert.file +
                              ": say which does, or name it under 'ignore'");
}

}  // namespace eyeshift
