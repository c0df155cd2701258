#include "traces/decoders/gated_decoder.h"

#include "traces/decoders/causal_attention.h"

namespace eyeshift {
namespace {

class GatedDecoder : public Decoder {
 public:
  GatedDecoder(const std::string& name, const GatedDecoderConfig& config, const NetworkTensors& tensors)
      : Decoder(name, config.sizes, config.activation), config_(config) {
    const int64_t hidden = sizes_.hidden, feed_forward = sizes_.feed_forward, blocks = attention_.count;
    const int64_t queries = attention_.heads * attention_.head_dim;
    const int64_t keys = attention_.kv_heads * attention_.head_dim;
    norms_ = {{"input_layernorm", NormKind::rms_norm, hidden, blocks},
              {"post_attention_layernorm", NormKind::rms_norm, hidden, blocks},
              {"norm", NormKind::rms_norm, hidden, 1}};
    add_embeddings(tensors, "model.embed_tokens");
    for (int64_t block = 0; block < blocks; ++block) {
      const std::string prefix = "model.layers." + std::to_string(block) + ".";
      const auto attention = [&](const std::string& layer, int64_t K, int64_t M) {
        return StoredLinear{prefix + "self_attn." + layer, K, M, config.attention_bias};
      };
      const auto mlp = [&](const std::string& layer, int64_t K, int64_t M) {
        return StoredLinear{prefix + "mlp." + layer, K, M, config.feed_forward_bias};
      };
      add_norms(load_norm(tensors, prefix + "input_layernorm"),
                load_norm(tensors, prefix + "post_attention_layernorm"));
      add_stage(tensors, {attention("q_proj", hidden, queries), attention("k_proj", hidden, keys),
                          attention("v_proj", hidden, keys)});
      add_stage(tensors, {attention("o_proj", queries, hidden)});
      add_stage(tensors, {mlp("gate_proj", hidden, feed_forward), mlp("up_proj", hidden, feed_forward)});
      add_stage(tensors, {mlp("down_proj", feed_forward, hidden)});
    }
    final_norm_ = load_norm(tensors, "model.norm");
    add_head(tensors);
  }

 private:
  Norm load_norm(const NetworkTensors& tensors, const std::string& name) const {
    Norm norm = tensors.rms_norm(name, sizes_.hidden, config_.epsilon);
    norm.weight.array() += config_.norm_offset;
    return norm;
  }

  Activations embeddings(const int32_t* tokens, int64_t count) const override {
    return Decoder::embeddings(tokens, count) * config_.embedding_scale;
  }

  Activations attend(std::vector<Activations> projections) const override {
    config_.rotary.turn(projections[0]);
    config_.rotary.turn(projections[1]);
    return causal_attention(projections[0], projections[1], projections[2], attention_);
  }

  GatedDecoderConfig config_;
};

AttentionShape read_attention(const ModelConfig& config, int64_t hidden, const GatedDecoderDefaults& absent) {
  AttentionShape shape;
  shape.heads = config.size("num_attention_heads");
  const bool as_queries = absent.kv_heads == 0 || config.is_null("num_key_value_heads");
  shape.kv_heads = config.size("num_key_value_heads", as_queries ? shape.heads : absent.kv_heads);
  shape.count = config.size("num_hidden_layers");
  const std::string heads = "'num_attention_heads' " + std::to_string(shape.heads);
  if (!config.has("head_dim") && absent.head_dim == 0 && hidden % shape.heads != 0)
    config.fail("'hidden_size' " + std::to_string(hidden) + " must be a multiple of " + heads +
                " where 'head_dim' is absent");
  shape.head_dim = config.size("head_dim", absent.head_dim > 0 ? absent.head_dim : hidden / shape.heads);
  if (shape.heads % shape.kv_heads != 0)
    config.fail(heads + " must be a multiple of 'num_key_value_heads' " + std::to_string(shape.kv_heads));
  return shape;
}

}  // namespace

GatedDecoderConfig read_gated_decoder(const ModelConfig& config, const GatedDecoderDefaults& absent) {
  DecoderSizes sizes;
  sizes.hidden = config.size("hidden_size");
  sizes.feed_forward = config.size("intermediate_size");
  sizes.vocabulary = config.size("vocab_size");
  sizes.positions = config.size("max_position_embeddings", absent.positions);
  sizes.attention = read_attention(config, sizes.hidden, absent);
  sizes.tied = config.boolean("tie_word_embeddings", absent.tied);
  GatedDecoderConfig read{sizes, read_rotary(config, sizes.attention.head_dim)};
  read.epsilon = static_cast<float>(config.number("rms_norm_eps", 1e-6));
  return read;
}

std::unique_ptr<Network> load_gated_decoder(const std::string& name, const GatedDecoderConfig& config,
                                            const Checkpoint& checkpoint) {
  const NetworkTensors tensors(checkpoint, "model.", "embed_tokens.weight");
  return std::make_unique<GatedDecoder>(name, config, tensors);
}

}  // namespace eyeshift
