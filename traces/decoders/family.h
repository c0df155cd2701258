#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/registry.h"
#include "traces/decoders/model_config.h"
#include "traces/network/network.h"
#include "traces/tensor_io/checkpoint.h"

namespace eyeshift {

// A family of networks. One file a family; it registers itself under the model_type of its config.json with
// Registration<NetworkFamily, ...>.
class NetworkFamily {
 public:
  virtual ~NetworkFamily() = default;

  // Large tensors are checked now and read where they are used. Throws InputError where the configuration
  // asks for something the family does not do, or where a tensor is missing, of another shape or not finite.
  virtual std::unique_ptr<Network> load(const std::string& name, const ModelConfig& config,
                                        const Checkpoint& checkpoint) const = 0;
};

// The network of the Hugging Face checkpoint that find_checkpoint() finds, named after its folder.
std::unique_ptr<Network> load_network(const std::filesystem::path& path_or_name);

}  // namespace eyeshift
