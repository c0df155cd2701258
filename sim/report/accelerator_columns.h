#pragma once

#include <vector>

#include "sim/report/report.h"
#include "sim/report/table.h"

namespace eyeshift {

// A column for every parameter of the accelerator, its name apart, in which the runs' accelerators differ:
// "array.cols". The names are the keys of an accelerator's YAML file; several units are joined by "+".
Columns<RunReport> differing_columns(const std::vector<RunReport>& runs);

}  // namespace eyeshift
