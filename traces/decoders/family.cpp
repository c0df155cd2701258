#include "traces/decoders/family.h"

#include "base/errors.h"

namespace eyeshift {
namespace {

const NetworkFamily& family_of(const ModelConfig& config) {
  const std::string type = config.text("model_type");
  try {
    return Registry<NetworkFamily>::instance().find(type, "model_type");
  } catch (const InputError& error) {
    config.fail(error.what());
  }
}

// The last part of a path, also of "." or "folder/".
std::string folder_name(const std::filesystem::path& folder) {
  const auto full = std::filesystem::weakly_canonical(folder);
  return full.has_filename() ? full.filename().string() : full.parent_path().filename().string();
}

}  // namespace

std::unique_ptr<Network> load_network(const std::filesystem::path& path_or_name) {
  const std::filesystem::path folder = find_checkpoint(path_or_name);
  const Checkpoint checkpoint(folder);
  const ModelConfig config(folder);
  const NetworkFamily& family = family_of(config);
  config.require_boolean("is_causal", true, true);
  return family.load(folder_name(folder), config, checkpoint);
}

}  // namespace eyeshift
