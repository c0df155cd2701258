#pragma once

#include <string>

#include "dataflows/dataflow.h"
#include "energy_tables/table.h"

namespace eyeshift {

// Of the mappings that a dataflow offers, the one whose expected energy times expected time is least, priced
// with one table; of equals the first. Throws InputError where no mapping is valid or the table lacks an
// action.
MappingEstimate choose_mapping(const Dataflow& dataflow, const LayerShape& shape, const Encoding& encoding,
                               int64_t tokens, const AcceleratorConfig& accelerator, const std::string& unit,
                               const EnergyTable& table);

}  // namespace eyeshift
