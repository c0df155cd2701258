// The OPT family (Zhang et al., 2022) as transformers' OPTForCausalLM computes it: norms before attention and
// feed-forward, but in OPT-350M, where they follow and the tables are narrower than the residual stream;
// ReLU.

#include "traces/decoders/causal_attention.h"
#include "traces/decoders/decoder.h"
#include "traces/decoders/family.h"

namespace eyeshift {
namespace {

// Position p reads row p + 2 of the table of positions.
constexpr int64_t kPositionOffset = 2;

DecoderSizes opt_sizes(const ModelConfig& config) {
  DecoderSizes sizes;
  sizes.hidden = config.size("hidden_size");
  sizes.feed_forward = config.size("ffn_dim");
  const int64_t blocks = config.size("num_hidden_layers"), heads = config.size("num_attention_heads");
  sizes.vocabulary = config.size("vocab_size");
  sizes.positions = config.size("max_position_embeddings");
  sizes.tied = config.boolean("tie_word_embeddings", true);
  if (sizes.hidden % heads != 0)
    config.fail("'hidden_size' " + std::to_string(sizes.hidden) +
                " must be a multiple of 'num_attention_heads' " + std::to_string(heads));
  sizes.attention = {heads, heads, sizes.hidden / heads, blocks};
  // Absent keys take the defaults of transformers' OPTConfig.
  if (const int64_t width = config.size("word_embed_proj_dim", sizes.hidden); width != sizes.hidden)
    sizes.projected = width;
  config.require_text("activation_function", "relu", "relu");
  sizes.norms_follow = !config.boolean("do_layer_norm_before", true);
  if (!sizes.norms_follow) config.require_boolean("_remove_final_layer_norm", false, false);
  config.require_boolean("enable_bias", true, true);
  config.require_boolean("layer_norm_elementwise_affine", true, true);
  return sizes;
}

class Opt : public Decoder {
 public:
  Opt(const std::string& name, const DecoderSizes& sizes, const NetworkTensors& tensors)
      : Decoder(name, sizes, relu) {
    constexpr float kEpsilon = 1e-5f;
    const int64_t hidden = sizes.hidden, blocks = sizes.attention.count;
    norms_ = {{"self_attn_layer_norm", NormKind::layer_norm, hidden, blocks},
              {"final_layer_norm", NormKind::layer_norm, hidden, blocks}};
    if (!sizes.norms_follow) norms_.push_back({"decoder.final_layer_norm", NormKind::layer_norm, hidden, 1});
    add_embeddings(tensors, "model.decoder.embed_tokens");
    position_table_ =
        tensors.matrix("model.decoder.embed_positions.weight", sizes.positions + kPositionOffset, hidden);
    if (sizes.projected) add_projection(tensors, "model.decoder.project_in", *sizes.projected, hidden);
    for (int64_t block = 0; block < blocks; ++block) {
      const std::string prefix = "model.decoder.layers." + std::to_string(block) + ".";
      add_norms(tensors.layer_norm(prefix + "self_attn_layer_norm", hidden, kEpsilon),
                tensors.layer_norm(prefix + "final_layer_norm", hidden, kEpsilon));
      const auto projection = [&](const std::string& layer) {
        return StoredLinear{prefix + "self_attn." + layer, hidden, hidden, true};
      };
      add_stage(tensors, {projection("q_proj"), projection("k_proj"), projection("v_proj")});
      add_stage(tensors, {projection("out_proj")});
      add_stage(tensors, {{prefix + "fc1", hidden, sizes.feed_forward, true}});
      add_stage(tensors, {{prefix + "fc2", sizes.feed_forward, hidden, true}});
    }
    if (!sizes.norms_follow)
      final_norm_ = tensors.layer_norm("model.decoder.final_layer_norm", hidden, kEpsilon);
    if (sizes.projected) add_projection(tensors, "model.decoder.project_out", hidden, *sizes.projected);
    add_head(tensors);
  }

 private:
  Activations embeddings(const int32_t* tokens, int64_t count) const override {
    const auto positions = position_table_.middleRows(kPositionOffset, count);
    if (sizes_.projected) return positions;
    return Decoder::embeddings(tokens, count) + positions;
  }

  Activations attend(std::vector<Activations> projections) const override {
    return causal_attention(projections[0], projections[1], projections[2], attention_);
  }

  Activations position_table_;
};

class OptFamily : public NetworkFamily {
 public:
  std::unique_ptr<Network> load(const std::string& name, const ModelConfig& config,
                                const Checkpoint& checkpoint) const override {
    const NetworkTensors tensors(checkpoint, "model.", "decoder.embed_tokens.weight");
    return std::make_unique<Opt>(name, opt_sizes(config), tensors);
  }
};

const Registration<NetworkFamily, OptFamily> opt_registration("opt");

}  // namespace
}  // namespace eyeshift
