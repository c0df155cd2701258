#pragma once

#include <string>
#include <vector>

#include "sim/report/report.h"

namespace eyeshift {

// What a row of CSV is: layers that are alike, or a whole run.
enum class CsvLevel { layer, run };

// Runs as tidy CSV with a header: a row for every layer, or run, and every table that prices it. Quantities
// are of all layers that the row counts; those that begin with "one_layer_" are of a single one. The runs'
// columns are the same at both levels.
std::string runs_csv(const std::vector<RunReport>& runs, CsvLevel level = CsvLevel::layer);

}  // namespace eyeshift
