#pragma once

#include <string>
#include <vector>

#include "energy_tables/table.h"
#include "sim/report/report.h"
#include "sim/workload/workload.h"

namespace eyeshift {

// What machines of different units shall have in common.
enum class EqualTerms {
  array,       // the array that the configuration states
  area,        // the silicon of the PE array
  throughput,  // products of weights and inputs a cycle, of an array that never waits
};

// The machine with so many columns of PEs; its mac-fp16 lanes stay whole rows of it where they were.
AcceleratorConfig with_columns(AcceleratorConfig machine, int columns);

// A machine, and a layer that it runs on one of its units.
struct UnitMachine {
  AcceleratorConfig machine;
  std::string unit;
  LayerShape shape;
  Encoding encoding;
};

// Cycles that one PE of the unit takes for a product of a weight and an input of the layer, when it holds as
// many outputs as its scratchpads have room for. Throws InputError where there is no room for one.
double cycles_a_product(const UnitMachine& one);

// The machine with the number of columns, at least one, that brings it nearest to `reference`: to its array's
// area with this table, or to its products a cycle.
AcceleratorConfig at_equal_terms(EqualTerms terms, const UnitMachine& one, const UnitMachine& reference,
                                 const EnergyTable& table);

// PEs, area, time, energy and energy-delay product of every run, by tokens.
std::string equal_terms_text(EqualTerms terms, const std::vector<RunReport>& runs);

}  // namespace eyeshift
