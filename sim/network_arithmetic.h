#pragma once

#include "energy_tables/table.h"
#include "models/types/accelerator.h"
#include "sim/simulate.h"
#include "traces/format/layer.h"
#include "traces/network/network.h"

namespace eyeshift {

// A network's linear layers in half precision, as scheme fp16 codes them. Throws InputError where a weight is
// beyond its range.
Trace half_precision_trace(const Network& network);

// Lets a network compute its linear layers as an accelerator's units do, bit for bit as a functional run: the
// inputs as formed_inputs() rounds them, sums in the order of the mappings that a simulation of
// options.tokens tokens takes, outputs in half precision; biases are added in single precision. Where a
// layer takes its inputs rotated, the rotations' factors are layers of their own, in half precision.
// `options` names unit, dataflow, tokens and the search. The trace must outlive the network, whose layers it
// has. Throws InputError where no unit can run a layer, or where options.unit runs none of them.
void compute_in_units(Network& network, const Trace& trace, const AcceleratorConfig& accelerator,
                      const SimulateOptions& options, const EnergyTable& table);

}  // namespace eyeshift
