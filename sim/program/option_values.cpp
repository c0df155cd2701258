#include "sim/program/option_values.h"

#include <map>

#include "base/registry.h"
#include "configs/loaders/accelerator_reader.h"
#include "configs/loaders/mapping_reader.h"
#include "configs/loaders/network_reader.h"
#include "dataflows/dataflow.h"
#include "energy_tables/table.h"
#include "models/pe/unit.h"
#include "traces/network/tokens.h"
#include "traces/quantizers/quantizer.h"
#include "traces/tensor_io/checkpoint.h"

namespace eyeshift {
namespace {

template <typename Interface>
std::vector<std::string> registered() {
  return Registry<Interface>::instance().names();
}

}  // namespace

std::vector<std::string> option_values(const std::string& option) {
  static const std::map<std::string, std::vector<std::string> (*)()> names = {
      {"accelerator", accelerator_names},
      {"arithmetic", registered<Unit>},
      {"calibration", text_names},
      {"checkpoint", checkpoint_names},
      {"dataflow", registered<Dataflow>},
      {"mapping", mapping_names},
      {"network", network_names},
      {"scheme", registered<Quantizer>},
      {"table", table_names},
      {"text", text_names},
      {"unit", registered<Unit>},
  };
  const auto known = names.find(option);
  return known == names.end() ? std::vector<std::string>() : known->second();
}

}  // namespace eyeshift
