// BLOOM (Le Scao et al., 2022) as transformers' BloomForCausalLM computes it.

#include <cmath>

#include "traces/decoders/causal_attention.h"
#include "traces/decoders/decoder.h"
#include "traces/decoders/family.h"

namespace eyeshift {
namespace {

// ALiBi's slopes (Press et al., ICLR 2022, and the released code for numbers of heads that are no powers of
// two): 2^(-8 i / n), i = 1 ... n, for the largest power of two n; the other heads take the odd i of 2 n.
std::vector<float> alibi_slopes(int64_t heads) {
  int64_t power = 1;
  while (2 * power <= heads) power *= 2;
  std::vector<float> slopes;
  for (int64_t head = 0; head < heads; ++head) {
    const auto exponent = static_cast<double>(head < power ? 2 * (head + 1) : 2 * (head - power) + 1);
    slopes.push_back(static_cast<float>(std::exp2(-8.0 * exponent / static_cast<double>(2 * power))));
  }
  return slopes;
}

// Absent keys take the defaults of transformers' BloomConfig, which has two names for some of them.
DecoderSizes read_sizes(const ModelConfig& config) {
  constexpr int64_t kTrainedPositions = 2048;  // ALiBi has no limit of its own
  DecoderSizes sizes;
  sizes.hidden = config.aliased_size("n_embed", "hidden_size");
  sizes.feed_forward = 4 * sizes.hidden;
  sizes.vocabulary = config.size("vocab_size");
  sizes.positions = config.size("seq_length", kTrainedPositions);
  sizes.tied = config.boolean("tie_word_embeddings", true);
  const int64_t heads = config.aliased_size("num_attention_heads", "n_head");
  if (sizes.hidden % heads != 0)
    config.fail("the hidden size " + std::to_string(sizes.hidden) +
                " must be a multiple of the number of heads, " + std::to_string(heads));
  sizes.attention = {heads, heads, sizes.hidden / heads, config.aliased_size("num_hidden_layers", "n_layer")};
  config.require_boolean("apply_residual_connection_post_layernorm", false, false);
  return sizes;
}

class Bloom : public Decoder {
 public:
  Bloom(const std::string& name, const DecoderSizes& sizes, float epsilon, const NetworkTensors& tensors)
      : Decoder(name, sizes, gelu_tanh), slopes_(alibi_slopes(sizes.attention.heads)) {
    const int64_t hidden = sizes.hidden, blocks = attention_.count;
    norms_ = {{"word_embeddings_layernorm", NormKind::layer_norm, hidden, 1},
              {"input_layernorm", NormKind::layer_norm, hidden, blocks},
              {"post_attention_layernorm", NormKind::layer_norm, hidden, blocks},
              {"ln_f", NormKind::layer_norm, hidden, 1}};
    add_embeddings(tensors, "transformer.word_embeddings");
    embedding_norm_ = tensors.layer_norm("transformer.word_embeddings_layernorm", hidden, epsilon);
    for (int64_t block = 0; block < blocks; ++block) {
      const std::string prefix = "transformer.h." + std::to_string(block) + ".";
      add_norms(tensors.layer_norm(prefix + "input_layernorm", hidden, epsilon),
                tensors.layer_norm(prefix + "post_attention_layernorm", hidden, epsilon));
      add_stage(tensors, {{prefix + "self_attention.query_key_value", hidden, 3 * hidden, true}});
      add_stage(tensors, {{prefix + "self_attention.dense", hidden, hidden, true}});
      add_stage(tensors, {{prefix + "mlp.dense_h_to_4h", hidden, sizes.feed_forward, true}});
      add_stage(tensors, {{prefix + "mlp.dense_4h_to_h", sizes.feed_forward, hidden, true}});
    }
    final_norm_ = tensors.layer_norm("transformer.ln_f", hidden, epsilon);
    add_head(tensors);
  }

 private:
  Activations embeddings(const int32_t* tokens, int64_t count) const override {
    return embedding_norm_(Decoder::embeddings(tokens, count));
  }

  // The fused layer's outputs are a head's query, key and value, then the next head's.
  Activations attend(std::vector<Activations> projections) const override {
    const Activations& fused = projections.front();
    const Eigen::Index size = attention_.head_dim;
    std::vector<Activations> separate(3, Activations(fused.rows(), sizes_.hidden));
    for (Eigen::Index head = 0; head < attention_.heads; ++head)
      for (Eigen::Index part = 0; part < 3; ++part)
        separate[static_cast<size_t>(part)].middleCols(head * size, size) =
            fused.middleCols((3 * head + part) * size, size);
    return causal_attention(separate[0], separate[1], separate[2], attention_, slopes_);
  }

  std::vector<float> slopes_;
  Norm embedding_norm_;
};

class BloomFamily : public NetworkFamily {
 public:
  std::unique_ptr<Network> load(const std::string& name, const ModelConfig& config,
                                const Checkpoint& checkpoint) const override {
    const auto epsilon = static_cast<float>(config.number("layer_norm_epsilon", 1e-5));
    const NetworkTensors tensors(checkpoint, "transformer.", "word_embeddings.weight");
    return std::make_unique<Bloom>(name, read_sizes(config), epsilon, tensors);
  }
};

const Registration<NetworkFamily, BloomFamily> bloom_registration("bloom");

}  // namespace
}  // namespace eyeshift
