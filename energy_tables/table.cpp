#include "energy_tables/table.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/errors.h"
#include "base/files/data_files.h"
#include "base/files/sha256.h"
#include "base/files/yaml_map.h"
#include "energy_tables/accelergy.h"
#include "energy_tables/rows.h"
#include "energy_tables/scaling.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

constexpr char kFolder[] = "energy_tables/tables";

// Energies of memories of a size between two rows are interpolated in logarithms.
void check_positive(const YamlMap& map, const std::string& row, const char* key, double value) {
  if (parse_sram_row(row) && value <= 0) map.fail(key, "expected a number above 0 for a memory");
}

void read_action(const std::string& name, YamlMap& map, EnergyTable& table) {
  check_action_row(map, name);
  ActionPrice price;
  if (name == kNocRow && map.has("spad_filter_reads")) {
    map.number("spad_filter_reads", price.spad_filter_reads, {1e-6, 1e6},
               "multiple of the filter scratchpad's read of 16 bits");
    if (map.has("energy_pJ"))
      map.fail("energy_pJ", "spad_filter_reads states this number already: keep one of the two");
  } else {
    map.number("energy_pJ", price.energy_pJ, {0, 1e9}, "picojoules of one action");
  }
  map.text("source", price.source, "where the number comes from");
  map.text("note", price.note, "what else a reader should know", Need::optional);
  map.done();
  check_positive(map, name, "energy_pJ", price.energy_pJ);
  table.actions[name] = price;
}

void read_component(const std::string& name, YamlMap& map, EnergyTable& table) {
  check_component_row(map, name);
  ComponentCost cost;
  map.number("area_um2", cost.area_um2, {0, 1e12}, "square micrometres");
  map.number("leakage_mW", cost.leakage_mW, {0, 1e9}, "milliwatts at rest");
  map.text("source", cost.source, "where the numbers come from");
  map.done();
  table.components[name] = cost;
}

// An SRAM's two actions and its component in one row, named "<bytes>B_<port>b".
void read_sram(const std::string& size, YamlMap& map, EnergyTable& table) {
  const std::string name = "sram_" + size;
  if (const auto row = parse_sram_row(name); !row || row->kind != SramRow::Kind::component)
    map.fail("", "expected a size such as 4096B_64b: bytes, and bits of the port");
  ActionPrice read, write;
  ComponentCost cost;
  map.number("read_pJ", read.energy_pJ, {1e-9, 1e9}, "picojoules of a read of the port");
  map.number("write_pJ", write.energy_pJ, {1e-9, 1e9}, "picojoules of a write of the port");
  map.number("area_um2", cost.area_um2, {0, 1e12}, "square micrometres");
  map.number("leakage_mW", cost.leakage_mW, {0, 1e9}, "milliwatts at rest");
  map.text("source", cost.source, "where the numbers come from");
  map.done();
  read.source = write.source = cost.source;
  table.actions[name + "_read"] = read;
  table.actions[name + "_write"] = write;
  table.components[name] = cost;
}

// The names joined by " + ".
std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(" + ", begin), text.size());
    names.push_back(text.substr(begin, end - begin));
    begin = end + 3;
  }
  return names;
}

EnergyTable load_named(const std::string& path_or_name, const std::vector<std::string>& extended_by,
                       const fs::path& folder);

// Puts `other`'s rows over those of `table`.
void add_rows(const EnergyTable& other, EnergyTable& table) {
  for (const auto& [row, price] : other.actions) table.actions[row] = price;
  for (const auto& [row, cost] : other.components) table.components[row] = cost;
  table.extended.push_back({other.name, other.sha256});
  table.extended.insert(table.extended.end(), other.extended.begin(), other.extended.end());
  table.files.insert(table.files.end(), other.files.begin(), other.files.end());
}

// The rows and digests of the tables that `file` extends.
EnergyTable load_extended(const YamlMap& map, const std::string& file, const std::string& names,
                          std::vector<std::string> extended_by) {
  std::error_code error;
  extended_by.push_back(fs::weakly_canonical(file, error).string());
  EnergyTable table;
  for (const std::string& name : split_names(names)) {
    EnergyTable base;
    try {
      base = load_named(name, extended_by, fs::path(file).parent_path());
    } catch (const InputError& problem) {
      map.fail("extends", problem.what());
    }
    if (table.extended.empty()) {
      table.node_nm = base.node_nm;
      table.voltage_V = base.voltage_V;
    }
    if (base.node_nm != table.node_nm)
      map.fail("extends", "the tables are of different nodes: scale one of them, as in " + name + "@" +
                              std::to_string(std::lround(table.node_nm)) + "nm");
    add_rows(base, table);
  }
  return table;
}

EnergyTable load_file(const std::string& file, const std::vector<std::string>& extended_by) {
  const std::string text = read_text_file(file);
  EnergyTable table;
  parse_yaml(text, file, [&](YamlMap& map) {
    std::string name, extends;
    if (map.has("ERT") || map.has("ART"))
      map.fail("",
               "this is a reference table of Accelergy, whose classes could be anything: write a table "
               "whose key 'accelergy' names this file and says which class is what (docs/energy-tables.md)");
    map.text("name", name, "what reports call the table");
    map.text("extends", extends, "names, joined by ' + ', of tables whose rows this one replaces or adds to",
             Need::optional);
    const bool complete = extends.empty();
    if (complete) {
      map.number("node_nm", table.node_nm, {1, 1000}, "technology node, nanometres");
      map.number("voltage_V", table.voltage_V, {0.1, 10}, "supply, volts");
    } else {
      table = load_extended(map, file, extends, extended_by);
    }
    table.name = name;
    const bool elsewhere = !complete || map.has("srams") || map.has("accelergy");
    const Need need = elsewhere ? Need::optional : Need::required;
    EnergyTable own;
    map.named(
        "actions", [&](const std::string& row, YamlMap& inner) { read_action(row, inner, own); },
        "energies by action", need);
    map.named(
        "components", [&](const std::string& row, YamlMap& inner) { read_component(row, inner, own); },
        "areas and leakage by component", need);
    map.named(
        "srams", [&](const std::string& size, YamlMap& inner) { read_sram(size, inner, own); },
        "energies, area and leakage by SRAM", Need::optional);
    map.map(
        "accelergy", [&](YamlMap& inner) { read_accelergy(inner, file, own); },
        "rows from Accelergy's reference tables", Need::optional);
    for (auto& [row, price] : own.actions) table.actions[row] = price;
    for (auto& [row, cost] : own.components) table.components[row] = cost;
    table.files.insert(table.files.begin(), own.files.begin(), own.files.end());
  });
  table.sha256 = sha256_hex(text);
  table.files.insert(table.files.begin(), file);
  return table;
}

// The table of a file in `folder`, else one that comes with the program; scaled where its name says so.
EnergyTable load_named(const std::string& path_or_name, const std::vector<std::string>& extended_by,
                       const fs::path& folder) {
  const ScaledName name = parse_scaled_name(path_or_name);
  std::error_code error;
  const fs::path beside = folder / (name.table + ".yaml");
  const std::string file = !folder.empty() && fs::exists(beside, error)
                               ? beside.string()
                               : find_data_file(name.table, kFolder, "energy table");
  const std::string canonical = fs::weakly_canonical(file, error).string();
  if (std::find(extended_by.begin(), extended_by.end(), canonical) != extended_by.end())
    throw InputError("a table cannot extend itself, also not through others");
  EnergyTable table = load_file(file, extended_by);
  return name.target.node_nm > 0 ? scaled(std::move(table), name.target) : table;
}

}  // namespace

EnergyTable load_table(const std::string& path_or_name) { return load_named(path_or_name, {}, {}); }

std::vector<std::string> table_names() { return data_file_names(kFolder); }

}  // namespace eyeshift
