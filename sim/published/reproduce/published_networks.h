#pragma once

#include <string>

#include "configs/loaders/network_reader.h"

namespace eyeshift {

inline constexpr double kMillijoule_pJ = 1e9;

// A network with the shapes that ShiftAddLLM's tables count, where they are not the network's own; `note`
// says how they differ, empty where they do not.
struct PublishedNetwork {
  NetworkConfig network;
  std::string note;
};
PublishedNetwork published_network(const std::string& name);

// The network with outputs of this many values of its keys and values.
NetworkConfig with_kv_width(NetworkConfig network, int64_t width);

}  // namespace eyeshift
