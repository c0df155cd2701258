#pragma once

#include <memory>
#include <string>

#include "traces/decoders/decoder.h"
#include "traces/decoders/model_config.h"
#include "traces/decoders/rotary.h"

namespace eyeshift {

// What LLaMA, Mistral and Gemma have in common, and where they differ.
struct GatedDecoderConfig {
  DecoderSizes sizes;
  Rotary rotary;
  float epsilon = 1e-6f;
  void (*activation)(Activations&) = silu;
  bool attention_bias = false;     // of q_proj, k_proj, v_proj and o_proj
  bool feed_forward_bias = false;  // of gate_proj, up_proj and down_proj
  float norm_offset = 0;           // added to the weights of norms
  float embedding_scale = 1;       // of the embedded tokens, not of the head
};

// What absent keys mean, as transformers has it for each family.
struct GatedDecoderDefaults {
  int64_t positions = 0;  // max_position_embeddings
  bool tied = false;      // tie_word_embeddings
  int64_t kv_heads = 0;   // num_key_value_heads; 0: as many as of queries, which null means in all of them
  int64_t head_dim = 0;   // 0: hidden_size / num_attention_heads
};

// The keys that the families share. Throws InputError.
GatedDecoderConfig read_gated_decoder(const ModelConfig& config, const GatedDecoderDefaults& absent);

// A decoder with RMS norms, rotary positions, grouped keys and values and a gated feed-forward network,
// down(activation(gate x) * up x), under LLaMA's tensor names. Throws InputError where a tensor is missing,
// of another shape or not finite.
std::unique_ptr<Network> load_gated_decoder(const std::string& name, const GatedDecoderConfig& config,
                                            const Checkpoint& checkpoint);

}  // namespace eyeshift
