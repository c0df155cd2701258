#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "traces/tensor_io/safetensors.h"

namespace eyeshift {

// The folder at that path, else that of the checkpoint of this name that comes with the program. Throws
// InputError that lists the names.
std::filesystem::path find_checkpoint(const std::string& path_or_name);
// The names of the checkpoints that come with the program.
std::vector<std::string> checkpoint_names();

// The tensors of a Hugging Face checkpoint folder: model.safetensors, or the shards that
// model.safetensors.index.json names. Opening reads the headers only; copies share the open files. Throws
// InputError where a file is missing or broken, or where the index names a tensor that its shard does not
// hold.
class Checkpoint {
 public:
  explicit Checkpoint(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  // The files that hold the tensors, in the order of their names.
  std::vector<std::filesystem::path> files() const;
  bool contains(const std::string& name) const { return shard_of_.count(name) > 0; }
  // The tensor as floats. Throws InputError where it is missing, not finite or of another shape than this.
  std::vector<float> read(const std::string& name, const std::vector<int64_t>& shape) const;
  // The same of count of its elements, in row-major order, from the first one named on.
  void read(const std::string& name, const std::vector<int64_t>& shape, int64_t first, int64_t count,
            float* destination) const;
  // Throws as read() does, reading all of the tensor and keeping none of it.
  void check(const std::string& name, const std::vector<int64_t>& shape) const;

 private:
  const SafetensorsFile& file_of(const std::string& name, const std::vector<int64_t>& shape) const;
  void open_shards(const std::filesystem::path& index);

  std::filesystem::path folder_;
  std::vector<std::shared_ptr<const SafetensorsFile>> shards_;
  std::map<std::string, size_t> shard_of_;
};

}  // namespace eyeshift
