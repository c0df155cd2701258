#pragma once

#include <string>

#include "dataflows/dataflow.h"
#include "energy_tables/table.h"
#include "sim/workload/task.h"

namespace eyeshift {

// Of the mappings that a dataflow offers, the best for the objective, priced with one table; of equals the
// first. Throws InputError where no mapping is valid or the table lacks an action.
MappingEstimate choose_mapping(const Dataflow& dataflow, const LayerShape& shape, const Encoding& encoding,
                               int64_t tokens, const AcceleratorConfig& accelerator, const std::string& unit,
                               const EnergyTable& table, Objective objective = Objective::energy_time,
                               Search search = Search::quick);

}  // namespace eyeshift
