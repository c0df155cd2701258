#include "traces/tensor_io/checkpoint.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "base/files/data_files.h"
#include "base/files/strict_json.h"

namespace eyeshift {
namespace {

constexpr char kCheckpoints[] = "traces/checkpoints";

}  // namespace

std::filesystem::path find_checkpoint(const std::string& path_or_name) {
  return find_data_folder(path_or_name, kCheckpoints, "checkpoint");
}

std::vector<std::string> checkpoint_names() { return data_folder_names(kCheckpoints); }

Checkpoint::Checkpoint(const std::filesystem::path& folder) : folder_(folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    throw InputError("checkpoint '" + folder.string() + "' is not a folder: give the folder of config.json");
  const auto single = folder / "model.safetensors";
  const auto index = folder / "model.safetensors.index.json";
  if (std::filesystem::exists(single, ignored)) {
    shards_.push_back(std::make_shared<const SafetensorsFile>(single));
    for (const auto& [name, info] : shards_.front()->tensors()) shard_of_.emplace(name, 0);
  } else if (std::filesystem::exists(index, ignored)) {
    open_shards(index);
  } else {
    throw InputError(
        "checkpoint '" + folder.string() +
        "' holds neither model.safetensors nor model.safetensors.index.json: convert it to safetensors");
  }
}

void Checkpoint::open_shards(const std::filesystem::path& index) {
  constexpr uint64_t kLargestIndex = 100'000'000;
  const auto json = parse_json_object(read_text(index, kLargestIndex), index.string());
  if (!json.contains("weight_map") || !json["weight_map"].is_object())
    throw InputError(index.string() + ": the object 'weight_map' is missing");
  std::map<std::string, size_t> opened;
  for (const auto& [tensor, file] : json["weight_map"].items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
      throw InputError(index.string() + ": tensor '" + tensor + "': " + file.dump() +
                       " must be the name of a file in the same folder");
    const auto [shard, is_new] = opened.emplace(name, shards_.size());
    if (is_new) shards_.push_back(std::make_shared<const SafetensorsFile>(folder_ / name));
    shards_[shard->second]->info(tensor);
    shard_of_.emplace(tensor, shard->second);
  }
}

std::vector<std::filesystem::path> Checkpoint::files() const {
  std::vector<std::filesystem::path> paths;
  for (const auto& shard : shards_) paths.push_back(shard->path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

const SafetensorsFile& Checkpoint::file_of(const std::string& name, const std::vector<int64_t>& shape) const {
  const auto shard = shard_of_.find(name);
  if (shard == shard_of_.end())
    throw InputError("checkpoint '" + folder_.string() + "': tensor '" + name + "' is missing");
  const SafetensorsFile& file = *shards_[shard->second];
  if (file.info(name).shape != shape)
    throw InputError(file.path().string() + ": tensor '" + name + "' has shape " +
                     shape_text(file.info(name).shape) + ", config.json asks for " + shape_text(shape));
  return file;
}

std::vector<float> Checkpoint::read(const std::string& name, const std::vector<int64_t>& shape) const {
  return file_of(name, shape).read_floats(name);
}

void Checkpoint::read(const std::string& name, const std::vector<int64_t>& shape, int64_t first,
                      int64_t count, float* destination) const {
  file_of(name, shape).read_floats(name, first, count, destination);
}

void Checkpoint::check(const std::string& name, const std::vector<int64_t>& shape) const {
  constexpr int64_t kElements = int64_t{1} << 18;  // at a time
  const SafetensorsFile& file = file_of(name, shape);
  std::vector<float> values(kElements);
  const int64_t elements = file.info(name).elements();
  for (int64_t first = 0; first < elements; first += kElements)
    file.read_floats(name, first, std::min(kElements, elements - first), values.data());
}

}  // namespace eyeshift
