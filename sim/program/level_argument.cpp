#include "sim/program/level_argument.h"

namespace eyeshift {

void add_level_option(boost::program_options::options_description& options) {
  options.add(option_list({{"level", value("layer|run"),
                            "of CSV: a row a layer, or a row a run with the sums of its layers; with several "
                            "tables one for each; default: layer"}}));
}

CsvLevel csv_level(const Arguments& arguments) {
  return choice(arguments, "level", {"layer", "run"}, "layer") == "run" ? CsvLevel::run : CsvLevel::layer;
}

}  // namespace eyeshift
