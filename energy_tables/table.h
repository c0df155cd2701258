#pragma once

#include <map>
#include <string>
#include <vector>

namespace eyeshift {

// One row of a table: the energy of one action.
struct ActionPrice {
  double energy_pJ = 0;
  std::string source;
  std::string note;
};

// One component's silicon.
struct ComponentCost {
  double area_um2 = 0;
  double leakage_mW = 0;
  std::string source;
};

// An energy and area table as its YAML file states it: {name, node_nm, voltage_V, actions, components}.
struct EnergyTable {
  std::string name;
  double node_nm = 0;
  double voltage_V = 0;
  std::map<std::string, ActionPrice> actions;
  std::map<std::string, ComponentCost> components;
  std::string sha256;  // of the file's bytes, hexadecimal
};

// Loads a table from a YAML file, or by the name of one that comes with the program. Throws InputError.
EnergyTable load_table(const std::string& path_or_name);

// The tables that come with the program, sorted by name.
std::vector<std::string> table_names();

}  // namespace eyeshift
