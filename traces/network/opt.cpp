// The OPT family (Zhang et al., 2022) as transformers' OPTForCausalLM computes it, pre-layernorm and ReLU.

#include <numeric>
#include <utility>

#include "traces/network/family.h"
#include "traces/network/network_tensors.h"
#include "traces/network/operations.h"

namespace eyeshift {
namespace {

// Position p reads row p + 2 of the table of positions.
constexpr int32_t kPositionOffset = 2;

struct Sizes {
  int64_t hidden, feed_forward, blocks, heads, vocabulary, positions;
  bool tied;  // the output head is the table of tokens
};

Sizes read_sizes(const ModelConfig& config) {
  Sizes sizes;
  sizes.hidden = config.size("hidden_size");
  sizes.feed_forward = config.size("ffn_dim");
  sizes.blocks = config.size("num_hidden_layers");
  sizes.heads = config.size("num_attention_heads");
  sizes.vocabulary = config.size("vocab_size");
  sizes.positions = config.size("max_position_embeddings");
  sizes.tied = config.boolean("tie_word_embeddings", true);
  if (sizes.hidden % sizes.heads != 0)
    config.fail("'hidden_size' " + std::to_string(sizes.hidden) +
                " must be a multiple of 'num_attention_heads' " + std::to_string(sizes.heads));
  // Absent keys take the defaults of transformers' OPTConfig.
  if (const int64_t width = config.size("word_embed_proj_dim", sizes.hidden); width != sizes.hidden)
    config.fail("'word_embed_proj_dim' " + std::to_string(width) + " must equal 'hidden_size' " +
                std::to_string(sizes.hidden) + ": projected embeddings are not supported");
  if (const auto activation = config.text("activation_function", "relu"); activation != "relu")
    config.fail("'activation_function' must be \"relu\", not \"" + activation + "\"");
  if (!config.boolean("do_layer_norm_before", true))
    config.fail("'do_layer_norm_before' must be true: norms after the residual are not supported");
  if (config.boolean("_remove_final_layer_norm", false))
    config.fail("'_remove_final_layer_norm' must be false");
  if (!config.boolean("enable_bias", true)) config.fail("'enable_bias' must be true");
  if (!config.boolean("layer_norm_elementwise_affine", true))
    config.fail("'layer_norm_elementwise_affine' must be true");
  return sizes;
}

class Opt : public Network {
 public:
  Opt(const std::string& name, const Sizes& sizes, const NetworkTensors& tensors)
      : heads_(sizes.heads),
        token_table_(tensors.table("model.decoder.embed_tokens.weight", sizes.vocabulary, sizes.hidden)),
        position_table_(tensors.table("model.decoder.embed_positions.weight",
                                      sizes.positions + kPositionOffset, sizes.hidden)) {
    const int64_t hidden = sizes.hidden;
    name_ = name;
    vocabulary_ = sizes.vocabulary;
    positions_ = sizes.positions;
    attention_ = {sizes.heads, sizes.heads, hidden / sizes.heads, sizes.blocks};
    norms_ = {{"self_attn_layer_norm", NormKind::layer_norm, hidden, sizes.blocks},
              {"final_layer_norm", NormKind::layer_norm, hidden, sizes.blocks},
              {"decoder.final_layer_norm", NormKind::layer_norm, hidden, 1}};
    for (int64_t block = 0; block < sizes.blocks; ++block) {
      const std::string prefix = "model.decoder.layers." + std::to_string(block) + ".";
      attention_norms_.push_back(tensors.norm(prefix + "self_attn_layer_norm", hidden));
      feed_forward_norms_.push_back(tensors.norm(prefix + "final_layer_norm", hidden));
      const size_t first = layers_.size();
      for (const char* projection : {"q_proj", "k_proj", "v_proj", "out_proj"})
        layers_.push_back(tensors.linear(prefix + "self_attn." + projection, hidden, hidden));
      layers_.push_back(tensors.linear(prefix + "fc1", hidden, sizes.feed_forward));
      layers_.push_back(tensors.linear(prefix + "fc2", sizes.feed_forward, hidden));
      stages_.insert(stages_.end(), {{first, first + 1, first + 2}, {first + 3}, {first + 4}, {first + 5}});
    }
    final_norm_ = tensors.norm("model.decoder.final_layer_norm", hidden);
    stages_.push_back({layers_.size()});
    layers_.emplace_back();
    layers_.back().shape = {"lm_head", hidden, sizes.vocabulary, 1};
    layers_.back().weights = tensors.weights(
        sizes.tied ? "model.decoder.embed_tokens.weight" : "lm_head.weight", sizes.vocabulary, hidden);
  }

  State embed(const int32_t* tokens, int64_t count) const override {
    State state;
    std::vector<int32_t> rows(static_cast<size_t>(count));
    std::iota(rows.begin(), rows.end(), kPositionOffset);
    state.hidden = position_table_.rows(rows.data(), count) + token_table_.rows(tokens, count);
    state.inputs = attention_norms_.front()(state.hidden);
    return state;
  }

  void advance(size_t stage, std::vector<Activations> outputs, State& state) const override {
    const size_t block = stage / 4;
    switch (stage % 4) {
      case 0:
        state.inputs = causal_attention(outputs[0], outputs[1], outputs[2], heads_);
        break;
      case 1:
        state.hidden += outputs.front();
        state.inputs = feed_forward_norms_[block](state.hidden);
        break;
      case 2:
        state.inputs = outputs.front().cwiseMax(0.0f);
        break;
      default:
        state.hidden += outputs.front();
        state.inputs =
            (block + 1 < attention_norms_.size() ? attention_norms_[block + 1] : final_norm_)(state.hidden);
    }
  }

 private:
  int64_t heads_;
  EmbeddingTable token_table_, position_table_;
  std::vector<LayerNorm> attention_norms_, feed_forward_norms_;
  LayerNorm final_norm_;
};

class OptFamily : public NetworkFamily {
 public:
  std::unique_ptr<Network> load(const std::string& name, const ModelConfig& config,
                                std::shared_ptr<const Checkpoint> checkpoint) const override {
    // OPTModel's checkpoints lack the prefix "model." of OPTForCausalLM's.
    const bool bare = checkpoint->contains("decoder.embed_tokens.weight");
    const NetworkTensors tensors(std::move(checkpoint), bare ? "model." : "");
    return std::make_unique<Opt>(name, read_sizes(config), tensors);
  }
};

const Registration<NetworkFamily, OptFamily> registration("opt");

}  // namespace
}  // namespace eyeshift
