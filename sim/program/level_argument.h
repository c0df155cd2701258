#pragma once

#include "sim/program/arguments.h"
#include "sim/report/report_csv.h"

namespace eyeshift {

// --level, of the commands whose CSV has runs and their layers.
void add_level_option(boost::program_options::options_description& options);
CsvLevel csv_level(const Arguments& arguments);

}  // namespace eyeshift
