#pragma once

#include <string>

#include "energy_tables/table.h"

namespace eyeshift {

// A node and supply that a table is scaled to.
struct ScalingTarget {
  int node_nm = 0;
  double voltage_V = 0;
};

// "TABLE@16nm" or "TABLE@16nm-0.75V" in its parts; node_nm is 0 where there is no such ending. Without a
// voltage it is the node's usual one. Throws InputError where a node has none, so that it must be given.
struct ScaledName {
  std::string table;
  ScalingTarget target;
};
ScaledName parse_scaled_name(const std::string& name);

// Energy and area of one operation at the target, relative to the table's node and voltage: A. Stillmaker and
// B. Baas, Integration 58, 2017, pp. 74-81; energies from its polynomials in the voltage, areas from its
// table. Throws InputError for a node that it does not have, and for a voltage outside 0.5 to 1.2 V.
struct ScalingFactors {
  double energy = 1, area = 1;
};
ScalingFactors scaling_factors(const EnergyTable& table, const ScalingTarget& target);

// The table at the target: energies on the chip and areas times their factors, every source saying so, and
// the name ended by "@16nm-0.8V". DRAM and pads are not on the chip, and no factor of leakage is published:
// they stay.
EnergyTable scaled(EnergyTable table, const ScalingTarget& target);

}  // namespace eyeshift
