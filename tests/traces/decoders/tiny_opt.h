#pragma once

#include <cmath>
#include <string>

#include "tests/traces/decoders/tiny_checkpoint.h"

namespace eyeshift::testing {

// A made-up OPT checkpoint of 2 blocks.
struct TinyOpt : TinyCheckpoint {
  static constexpr int64_t kHidden = 16, kFeedForward = 24, kBlocks = 2, kVocabulary = 256, kPositions = 32;

  TinyOpt() {
    config = {{"model_type", "opt"},           {"hidden_size", kHidden},
              {"ffn_dim", kFeedForward},       {"num_hidden_layers", kBlocks},
              {"num_attention_heads", 2},      {"max_position_embeddings", kPositions},
              {"vocab_size", kVocabulary},     {"do_layer_norm_before", true},
              {"activation_function", "relu"}, {"tie_word_embeddings", true},
              {"word_embed_proj_dim", kHidden}};
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
};

}  // namespace eyeshift::testing
