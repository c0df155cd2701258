#pragma once

#include <map>
#include <string>
#include <vector>

namespace eyeshift {

// One row of a table: the energy of one action. energy_tables/rows.h lists the names that rows may have.
struct ActionPrice {
  double energy_pJ = 0;
  double spad_filter_reads = 0;  // where > 0, in place of energy_pJ: times the filter spad's read of 16 bits
  std::string source;
  std::string note;  // begins with "assumed" where the number is not a published one
};

// One component's silicon.
struct ComponentCost {
  double area_um2 = 0;
  double leakage_mW = 0;
  std::string source;
};

// A table that another one extends.
struct ExtendedTable {
  std::string name;
  std::string sha256;
};

// An energy and area table as its YAML file states it: {name, node_nm, voltage_V, actions, components, srams,
// accelergy}. With {name, extends: A + B} in place of node and voltage, its rows replace or add to those of
// other tables of one node, each of which replaces rows of those before it; node and voltage are the first's.
struct EnergyTable {
  std::string name;
  double node_nm = 0;
  double voltage_V = 0;
  std::map<std::string, ActionPrice> actions;
  std::map<std::string, ComponentCost> components;
  std::string sha256;                   // of the file's bytes, hexadecimal
  std::vector<ExtendedTable> extended;  // what this table extends, what that one extends, and so on
  std::vector<std::string> files;       // that were read
};

// Loads a table from a YAML file, or by the name of one that comes with the program; TABLE@16nm and
// TABLE@16nm-0.8V scale it (energy_tables/scaling.h). `extends` names tables beside the file, else such that
// come with the program. Throws InputError.
EnergyTable load_table(const std::string& path_or_name);

// The tables that come with the program, sorted by name.
std::vector<std::string> table_names();

}  // namespace eyeshift
