#include "sim/published/reproduce/published_networks.h"

#include <algorithm>

namespace eyeshift {
namespace {

// Without the projections to and from embeddings that are narrower than the blocks.
NetworkConfig with_wide_embeddings(NetworkConfig network) {
  auto& layers = network.layers;
  const auto is_projection = [](const LayerShape& shape) {
    return shape.name == "project_in" || shape.name == "project_out";
  };
  layers.erase(std::remove_if(layers.begin(), layers.end(), is_projection), layers.end());
  layers.back().K = layers.front().K;  // lm_head takes what the blocks give
  return network;
}

}  // namespace

NetworkConfig with_kv_width(NetworkConfig network, int64_t width) {
  for (LayerShape& shape : network.layers)
    if (shape.name == "k_proj" || shape.name == "v_proj") shape.M = width;
  return network;
}

PublishedNetwork published_network(const std::string& name) {
  const NetworkConfig network = load_network(name);
  if (name == "opt-350m")
    return {with_wide_embeddings(network),
            "counted with embeddings as wide as its blocks, 1024; they are 512"};
  if (name == "llama-2-70b")
    return {with_kv_width(network, network.layers.front().K),
            "counted with keys and values as wide as queries, 8192; they are 1024"};
  return {network, ""};
}

}  // namespace eyeshift
