#include "tests/traces/decoders/tiny_families.h"

#include <cmath>

#include "tests/traces/decoders/tiny_opt.h"

namespace eyeshift::testing {
namespace {

constexpr int64_t kBlocks = 2, kVocabulary = 40, kPositions = 128;

void change(TinyCheckpoint& checkpoint, const nlohmann::json& changes) {
  for (const auto& [key, value] : changes.items()) checkpoint.config[key] = value;
}

void add_norm(TinyCheckpoint& checkpoint, const std::string& name, int64_t width, float mean,
              bool is_shifted) {
  checkpoint.add(name + ".weight", {width}, mean, 0.2f);
  if (is_shifted) checkpoint.add(name + ".bias", {width}, 0.0f, 0.2f);
}

void add_linear(TinyCheckpoint& checkpoint, const std::string& name, std::vector<int64_t> shape, int64_t K,
                bool is_biased) {
  const int64_t M = shape[0] == K ? shape[1] : shape[0];
  checkpoint.add(name + ".weight", std::move(shape), 0.0f, 1.5f / std::sqrt(static_cast<float>(K)));
  if (is_biased) checkpoint.add(name + ".bias", {M}, 0.0f, 0.3f);
}

}  // namespace

TinyCheckpoint tiny_gated(const std::string& model_type, const nlohmann::json& changes) {
  TinyCheckpoint made;
  made.config = {{"model_type", model_type},
                 {"hidden_size", 20},
                 {"intermediate_size", 28},
                 {"num_hidden_layers", kBlocks},
                 {"num_attention_heads", 4},
                 {"num_key_value_heads", 2},
                 {"head_dim", 6},
                 {"max_position_embeddings", kPositions},
                 {"vocab_size", kVocabulary},
                 {"rms_norm_eps", 1e-5},
                 {"tie_word_embeddings", true}};
  change(made, changes);
  const auto integer = [&](const char* key) { return made.config.at(key).get<int64_t>(); };
  const int64_t hidden = integer("hidden_size"), feed_forward = integer("intermediate_size");
  const int64_t queries = integer("num_attention_heads") * integer("head_dim");
  const int64_t keys = integer("num_key_value_heads") * integer("head_dim");
  const bool attention_bias = made.config.value("attention_bias", false);
  const bool mlp_bias = made.config.value("mlp_bias", false);
  const float norm_mean = model_type == "gemma" ? 0.0f : 1.0f;
  made.add("model.embed_tokens.weight", {kVocabulary, hidden}, 0.0f, 0.5f);
  add_norm(made, "model.norm", hidden, norm_mean, false);
  for (int64_t block = 0; block < kBlocks; ++block) {
    const std::string prefix = "model.layers." + std::to_string(block) + ".";
    add_norm(made, prefix + "input_layernorm", hidden, norm_mean, false);
    add_norm(made, prefix + "post_attention_layernorm", hidden, norm_mean, false);
    add_linear(made, prefix + "self_attn.q_proj", {queries, hidden}, hidden, attention_bias);
    add_linear(made, prefix + "self_attn.k_proj", {keys, hidden}, hidden, attention_bias);
    add_linear(made, prefix + "self_attn.v_proj", {keys, hidden}, hidden, attention_bias);
    add_linear(made, prefix + "self_attn.o_proj", {hidden, queries}, queries, attention_bias);
    add_linear(made, prefix + "mlp.gate_proj", {feed_forward, hidden}, hidden, mlp_bias);
    add_linear(made, prefix + "mlp.up_proj", {feed_forward, hidden}, hidden, mlp_bias);
    add_linear(made, prefix + "mlp.down_proj", {hidden, feed_forward}, feed_forward, mlp_bias);
  }
  return made;
}

TinyCheckpoint tiny_bloom(const nlohmann::json& changes) {
  TinyCheckpoint made;
  made.config = {{"model_type", "bloom"}, {"hidden_size", 24},         {"n_layer", kBlocks},
                 {"n_head", 4},           {"vocab_size", kVocabulary}, {"seq_length", kPositions}};
  change(made, changes);
  const auto hidden = made.config.at("hidden_size").get<int64_t>();
  made.add("transformer.word_embeddings.weight", {kVocabulary, hidden}, 0.0f, 0.5f);
  add_norm(made, "transformer.word_embeddings_layernorm", hidden, 1.0f, true);
  add_norm(made, "transformer.ln_f", hidden, 1.0f, true);
  for (int64_t block = 0; block < kBlocks; ++block) {
    const std::string prefix = "transformer.h." + std::to_string(block) + ".";
    add_norm(made, prefix + "input_layernorm", hidden, 1.0f, true);
    add_norm(made, prefix + "post_attention_layernorm", hidden, 1.0f, true);
    add_linear(made, prefix + "self_attention.query_key_value", {3 * hidden, hidden}, hidden, true);
    add_linear(made, prefix + "self_attention.dense", {hidden, hidden}, hidden, true);
    add_linear(made, prefix + "mlp.dense_h_to_4h", {4 * hidden, hidden}, hidden, true);
    add_linear(made, prefix + "mlp.dense_4h_to_h", {hidden, 4 * hidden}, 4 * hidden, true);
  }
  return made;
}

TinyCheckpoint tiny_gpt2(const nlohmann::json& changes) {
  TinyCheckpoint made;
  made.config = {{"model_type", "gpt2"},      {"n_embd", 24},
                 {"n_layer", kBlocks},        {"n_head", 4},
                 {"n_positions", kPositions}, {"vocab_size", kVocabulary}};
  change(made, changes);
  const auto hidden = made.config.at("n_embd").get<int64_t>();
  const auto inner = made.config.value("n_inner", nlohmann::json());
  const int64_t feed_forward = inner.is_null() ? 4 * hidden : inner.get<int64_t>();
  made.add("transformer.wte.weight", {kVocabulary, hidden}, 0.0f, 0.5f);
  made.add("transformer.wpe.weight", {kPositions, hidden}, 0.0f, 0.2f);
  add_norm(made, "transformer.ln_f", hidden, 1.0f, true);
  for (int64_t block = 0; block < kBlocks; ++block) {
    const std::string prefix = "transformer.h." + std::to_string(block) + ".";
    add_norm(made, prefix + "ln_1", hidden, 1.0f, true);
    add_norm(made, prefix + "ln_2", hidden, 1.0f, true);
    add_linear(made, prefix + "attn.c_attn", {hidden, 3 * hidden}, hidden, true);
    add_linear(made, prefix + "attn.c_proj", {hidden, hidden}, hidden, true);
    add_linear(made, prefix + "mlp.c_fc", {hidden, feed_forward}, hidden, true);
    add_linear(made, prefix + "mlp.c_proj", {feed_forward, hidden}, feed_forward, true);
  }
  return made;
}

TinyCheckpoint tiny_opt(const nlohmann::json& changes) {
  TinyOpt made;
  change(made, changes);
  const std::string decoder = "model.decoder.";
  const auto width = made.config.value("word_embed_proj_dim", TinyOpt::kHidden);
  if (width != TinyOpt::kHidden) {
    made.add(decoder + "embed_tokens.weight", {TinyOpt::kVocabulary, width}, 0.0f, 0.5f);
    add_linear(made, decoder + "project_in", {TinyOpt::kHidden, width}, width, false);
    add_linear(made, decoder + "project_out", {width, TinyOpt::kHidden}, TinyOpt::kHidden, false);
  }
  if (!made.config.value("do_layer_norm_before", true))
    for (const char* part : {"weight", "bias"}) made.tensors.erase(decoder + "final_layer_norm." + part);
  return made;
}

TinyCheckpoint tiny_family(const std::string& model_type, const nlohmann::json& changes) {
  if (model_type == "bloom") return tiny_bloom(changes);
  if (model_type == "gpt2") return tiny_gpt2(changes);
  if (model_type != "opt") return tiny_gated(model_type, changes);
  return tiny_opt(changes);
}

}  // namespace eyeshift::testing
