#pragma once

#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/traces/test_files.h"
#include "traces/network/network.h"
#include "traces/tensor_io/safetensors.h"

namespace eyeshift::testing {

// A made-up OPT checkpoint of 2 blocks, to be changed at will before it is written.
struct TinyOpt {
  static constexpr int64_t kHidden = 16, kFeedForward = 24, kBlocks = 2, kVocabulary = 256, kPositions = 32;

  nlohmann::json config = {{"model_type", "opt"},           {"hidden_size", kHidden},
                           {"ffn_dim", kFeedForward},       {"num_hidden_layers", kBlocks},
                           {"num_attention_heads", 2},      {"max_position_embeddings", kPositions},
                           {"vocab_size", kVocabulary},     {"do_layer_norm_before", true},
                           {"activation_function", "relu"}, {"tie_word_embeddings", true},
                           {"word_embed_proj_dim", kHidden}};
  struct Tensor {
    std::vector<int64_t> shape;
    std::vector<float> values;
  };
  std::map<std::string, Tensor> tensors;

  TinyOpt() {
    Random random(11);
    const auto add = [&](const std::string& name, std::vector<int64_t> shape, float mean, float deviation) {
      size_t count = 1;
      for (const int64_t extent : shape) count *= static_cast<size_t>(extent);
      Tensor tensor{std::move(shape), std::vector<float>(count)};
      for (float& value : tensor.values) value = mean + deviation * random.normal();
      tensors.emplace(name, std::move(tensor));
    };
    const auto add_norm = [&](const std::string& name) {
      add(name + ".weight", {kHidden}, 1.0f, 0.1f);
      add(name + ".bias", {kHidden}, 0.0f, 0.1f);
    };
    const auto add_linear = [&](const std::string& name, int64_t K, int64_t M) {
      add(name + ".weight", {M, K}, 0.0f, 1.0f / std::sqrt(static_cast<float>(K)));
      add(name + ".bias", {M}, 0.0f, 0.1f);
    };
    add("model.decoder.embed_tokens.weight", {kVocabulary, kHidden}, 0.0f, 0.5f);
    add("model.decoder.embed_positions.weight", {kPositions + 2, kHidden}, 0.0f, 0.2f);
    add_norm("model.decoder.final_layer_norm");
    for (int64_t block = 0; block < kBlocks; ++block) {
      const std::string prefix = "model.decoder.layers." + std::to_string(block) + ".";
      add_norm(prefix + "self_attn_layer_norm");
      add_norm(prefix + "final_layer_norm");
      for (const char* projection : {"q_proj", "k_proj", "v_proj", "out_proj"})
        add_linear(prefix + "self_attn." + projection, kHidden, kHidden);
      add_linear(prefix + "fc1", kHidden, kFeedForward);
      add_linear(prefix + "fc2", kFeedForward, kHidden);
    }
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

inline Tokens random_tokens(size_t count, uint32_t seed) {
  Random random(seed);
  Tokens tokens(count);
  for (int32_t& token : tokens) token = static_cast<int32_t>(random.below(256));
  return tokens;
}

}  // namespace eyeshift::testing
