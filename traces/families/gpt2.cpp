// GPT-2 (Radford et al., 2019) as transformers' GPT2LMHeadModel computes it.

#include "traces/decoders/causal_attention.h"
#include "traces/decoders/decoder.h"
#include "traces/decoders/family.h"

namespace eyeshift {
namespace {

// Absent keys take the defaults of transformers' GPT2Config, which has two names for some of them.
DecoderSizes gpt2_sizes(const ModelConfig& config) {
  DecoderSizes sizes;
  sizes.hidden = config.aliased_size("hidden_size", "n_embd");
  sizes.feed_forward = config.size("n_inner", 4 * sizes.hidden);
  sizes.vocabulary = config.size("vocab_size");
  sizes.positions = config.aliased_size("max_position_embeddings", "n_positions");
  sizes.tied = config.boolean("tie_word_embeddings", true);
  const int64_t heads = config.aliased_size("num_attention_heads", "n_head");
  if (sizes.hidden % heads != 0)
    config.fail("the hidden size " + std::to_string(sizes.hidden) +
                " must be a multiple of the number of heads, " + std::to_string(heads));
  sizes.attention = {heads, heads, sizes.hidden / heads, config.aliased_size("num_hidden_layers", "n_layer")};
  config.require_text("activation_function", "gelu_new", "gelu_new");
  config.require_boolean("scale_attn_weights", true, true);
  config.require_boolean("scale_attn_by_inverse_layer_idx", false, false);
  config.require_boolean("add_cross_attention", false, false);
  return sizes;
}

class Gpt2 : public Decoder {
 public:
  Gpt2(const std::string& name, const DecoderSizes& sizes, float epsilon, const NetworkTensors& tensors)
      : Decoder(name, sizes, gelu_tanh) {
    const int64_t hidden = sizes.hidden, blocks = attention_.count;
    norms_ = {{"ln_1", NormKind::layer_norm, hidden, blocks},
              {"ln_2", NormKind::layer_norm, hidden, blocks},
              {"ln_f", NormKind::layer_norm, hidden, 1}};
    add_embeddings(tensors, "transformer.wte");
    position_table_ = tensors.matrix("transformer.wpe.weight", sizes.positions, hidden);
    for (int64_t block = 0; block < blocks; ++block) {
      const std::string prefix = "transformer.h." + std::to_string(block) + ".";
      const auto transposed = [&](const std::string& layer, int64_t K, int64_t M) {
        return StoredLinear{prefix + layer, K, M, true, true};
      };
      add_norms(tensors.layer_norm(prefix + "ln_1", hidden, epsilon),
                tensors.layer_norm(prefix + "ln_2", hidden, epsilon));
      add_stage(tensors, {transposed("attn.c_attn", hidden, 3 * hidden)});
      add_stage(tensors, {transposed("attn.c_proj", hidden, hidden)});
      add_stage(tensors, {transposed("mlp.c_fc", hidden, sizes.feed_forward)});
      add_stage(tensors, {transposed("mlp.c_proj", sizes.feed_forward, hidden)});
    }
    final_norm_ = tensors.layer_norm("transformer.ln_f", hidden, epsilon);
    add_head(tensors);
  }

 private:
  Activations embeddings(const int32_t* tokens, int64_t count) const override {
    return Decoder::embeddings(tokens, count) + position_table_.topRows(count);
  }

  // The fused layer's outputs are all queries, all keys, all values.
  Activations attend(std::vector<Activations> projections) const override {
    const Activations& fused = projections.front();
    const Eigen::Index hidden = sizes_.hidden;
    return causal_attention(fused.leftCols(hidden), fused.middleCols(hidden, hidden), fused.rightCols(hidden),
                            attention_);
  }

  Activations position_table_;
};

class Gpt2Family : public NetworkFamily {
 public:
  std::unique_ptr<Network> load(const std::string& name, const ModelConfig& config,
                                const Checkpoint& checkpoint) const override {
    const auto epsilon = static_cast<float>(config.number("layer_norm_epsilon", 1e-5));
    const NetworkTensors tensors(checkpoint, "transformer.", "wte.weight");
    return std::make_unique<Gpt2>(name, gpt2_sizes(config), epsilon, tensors);
  }
};

const Registration<NetworkFamily, Gpt2Family> gpt2_registration("gpt2");

}  // namespace
}  // namespace eyeshift
