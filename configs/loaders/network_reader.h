#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/format/attention_shape.h"
#include "traces/format/layer.h"

namespace eyeshift {

// The shapes of a network, without weights.
struct NetworkConfig {
  std::string name;
  std::vector<LayerShape> layers;
  std::optional<AttentionShape> attention = std::nullopt;
  std::vector<NormShape> norms = {};
};

// Reads a network from a YAML file, or by the name of one in configs/networks. Throws InputError, also where
// a token or image would need so many products that its counts of actions could not be held.
NetworkConfig load_network(const std::string& path_or_name);

// The networks that come with the program, sorted by name.
std::vector<std::string> network_names();

}  // namespace eyeshift
