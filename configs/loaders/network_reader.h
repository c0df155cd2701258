#pragma once

#include <string>
#include <vector>

#include "traces/format/layer.h"

namespace eyeshift {

// The shapes of a network's layers, without weights.
struct NetworkConfig {
  std::string name;
  std::vector<LayerShape> layers;
};

// Reads a network from a YAML file, or by the name of one in configs/networks. Throws InputError, also for
// convolutions, which are read but not simulated yet.
NetworkConfig load_network(const std::string& path_or_name);

// The networks that come with the program, sorted by name.
std::vector<std::string> network_names();

}  // namespace eyeshift
