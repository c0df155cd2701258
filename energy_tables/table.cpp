#include "energy_tables/table.h"

#include <algorithm>
#include <filesystem>

#include "configs/reader/data_files.h"
#include "configs/reader/errors.h"
#include "configs/reader/nearest.h"
#include "configs/reader/yaml_map.h"
#include "energy_tables/rows.h"
#include "energy_tables/sha256.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

constexpr char kFolder[] = "energy_tables/tables";

// Fails where `name` is neither a memory's row of the right kind nor in `known`.
void check_row_name(const YamlMap& section, const std::string& name, bool is_action,
                    const std::vector<std::string>& known) {
  if (const auto sram = parse_sram_row(name)) {
    if ((sram->kind != SramRow::Kind::component) == is_action) return;
  }
  if (std::binary_search(known.begin(), known.end(), name)) return;
  const std::string nearest = nearest_name(name, known);
  section.fail("", "unknown row" + (nearest.empty() ? "." : ": did you mean '" + nearest + "'?") +
                       " Known are " + join_names(known) +
                       (is_action ? ", sram_<bytes>B_<port>b_read, sram_<bytes>B_<port>b_write"
                                  : ", sram_<bytes>B_<port>b"));
}

// Energies of memories of a size between two rows are interpolated in logarithms.
void check_positive(const YamlMap& map, const std::string& row, const char* key, double value) {
  if (parse_sram_row(row) && value <= 0) map.fail(key, "expected a number above 0 for a memory");
}

void read_action(const std::string& name, YamlMap& map, EnergyTable& table) {
  check_row_name(map, name, true, action_row_names());
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
  check_row_name(map, name, false, component_row_names());
  ComponentCost cost;
  map.number("area_um2", cost.area_um2, {0, 1e12}, "square micrometres");
  map.number("leakage_mW", cost.leakage_mW, {0, 1e9}, "milliwatts at rest");
  map.text("source", cost.source, "where the numbers come from");
  map.done();
  table.components[name] = cost;
}

// The file of the table that `file` extends: beside it, else one that comes with the program.
std::string extended_file(const std::string& file, const std::string& name) {
  const fs::path beside = fs::path(file).parent_path() / (name + ".yaml");
  std::error_code error;
  return fs::exists(beside, error) ? beside.string() : find_data_file(name, kFolder, "energy table");
}

EnergyTable load_file(const std::string& file, std::vector<std::string> extended_by);

// The rows and digests of the table that `file` extends.
EnergyTable load_extended(const YamlMap& map, const std::string& file, const std::string& name,
                          std::vector<std::string> extended_by) {
  std::error_code error;
  extended_by.push_back(fs::weakly_canonical(file, error).string());
  std::string base_file;
  try {
    base_file = extended_file(file, name);
  } catch (const InputError& unknown) {
    map.fail("extends", unknown.what());
  }
  const std::string canonical = fs::weakly_canonical(base_file, error).string();
  if (std::find(extended_by.begin(), extended_by.end(), canonical) != extended_by.end())
    map.fail("extends", "a table cannot extend itself, also not through others");
  EnergyTable base = load_file(base_file, std::move(extended_by));
  base.extended.insert(base.extended.begin(), {base.name, base.sha256});
  return base;
}

EnergyTable load_file(const std::string& file, std::vector<std::string> extended_by) {
  const std::string text = read_text_file(file);
  EnergyTable table;
  parse_yaml(text, file, [&](YamlMap& map) {
    std::string name, extends;
    map.text("name", name, "what reports call the table");
    map.text("extends", extends, "name of the table whose rows this one replaces or adds to", Need::optional);
    const bool complete = extends.empty();
    if (complete) {
      map.number("node_nm", table.node_nm, {1, 1000}, "technology node, nanometres");
      map.number("voltage_V", table.voltage_V, {0.1, 10}, "supply, volts");
    } else {
      table = load_extended(map, file, extends, std::move(extended_by));
    }
    table.name = name;
    const Need need = complete ? Need::required : Need::optional;
    map.named(
        "actions", [&](const std::string& row, YamlMap& inner) { read_action(row, inner, table); },
        "energies by action", need);
    map.named(
        "components", [&](const std::string& row, YamlMap& inner) { read_component(row, inner, table); },
        "areas and leakage by component", need);
  });
  table.sha256 = sha256_hex(text);
  return table;
}

}  // namespace

EnergyTable load_table(const std::string& path_or_name) {
  return load_file(find_data_file(path_or_name, kFolder, "energy table"), {});
}

std::vector<std::string> table_names() { return data_file_names(kFolder); }

}  // namespace eyeshift
