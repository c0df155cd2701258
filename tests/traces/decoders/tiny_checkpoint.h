#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/test_files.h"
#include "traces/network/network.h"
#include "traces/tensor_io/safetensors.h"

namespace eyeshift::testing {

// A made-up checkpoint, to be changed at will before it is written.
struct TinyCheckpoint {
  struct Tensor {
    std::vector<int64_t> shape;
    std::vector<float> values;
  };

  nlohmann::json config;
  std::map<std::string, Tensor> tensors;
  Random random{11};

  void add(const std::string& name, std::vector<int64_t> shape, float mean, float deviation) {
    size_t count = 1;
    for (const int64_t extent : shape) count *= static_cast<size_t>(extent);
    Tensor tensor{std::move(shape), std::vector<float>(count)};
    for (float& value : tensor.values) value = mean + deviation * random.normal();
    tensors[name] = std::move(tensor);
  }

  void write_config(const std::filesystem::path& folder) const {
    write_bytes(folder / "config.json", config.dump(1));
  }

  void write(const std::filesystem::path& folder) const {
    write_config(folder);
    std::vector<TensorView> views;
    for (const auto& [name, tensor] : tensors)
      views.push_back({name, DType::f32, tensor.shape, tensor.values.data()});
    write_safetensors(folder / "model.safetensors", std::move(views), {{"format", "pt"}});
  }
};

inline Tokens random_tokens(size_t count, uint32_t seed, uint32_t vocabulary = 256) {
  Random random(seed);
  Tokens tokens(count);
  for (int32_t& token : tokens) token = static_cast<int32_t>(random.below(vocabulary));
  return tokens;
}

}  // namespace eyeshift::testing
