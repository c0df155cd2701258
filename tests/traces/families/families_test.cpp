#include <gmock/gmock.h>

#include <cmath>
#include <ostream>

#include "tests/traces/decoders/reference_decoder.h"
#include "tests/traces/decoders/tiny_families.h"
#include "traces/decoders/family.h"

// Each family against an independent forward pass, stage by stage.

namespace eyeshift {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::Rows;
using testing::TemporaryFolder;
using testing::tiny_family;
using testing::TinyCheckpoint;

std::unique_ptr<Network> load(const TinyCheckpoint& checkpoint) {
  const TemporaryFolder folder;
  checkpoint.write(folder.path());
  return load_network(folder.path());
}

// The largest difference, in units of the largest value.
double relative_difference(const Activations& values, const Rows& expected) {
  double difference = 0, largest = 0;
  EXPECT_EQ(static_cast<size_t>(values.rows()), expected.size());
  EXPECT_EQ(static_cast<size_t>(values.cols()), expected.front().size());
  for (Eigen::Index token = 0; token < values.rows(); ++token)
    for (Eigen::Index i = 0; i < values.cols(); ++i) {
      const double reference = expected[static_cast<size_t>(token)][static_cast<size_t>(i)];
      difference = std::max(difference, std::abs(static_cast<double>(values(token, i)) - reference));
      largest = std::max(largest, std::abs(reference));
    }
  return difference / largest;
}

struct Case {
  std::string name, family;
  json changes;
  size_t tokens = 20;
};

std::ostream& operator<<(std::ostream& stream, const Case& tested) { return stream << tested.name; }

class Family : public ::testing::TestWithParam<Case> {};

TEST_P(Family, EveryStageIsTheReferences) {
  const Case& tested = GetParam();
  TinyCheckpoint checkpoint = tiny_family(tested.family, tested.changes);
  if (!checkpoint.config.value("tie_word_embeddings", true)) {
    const auto& table = checkpoint.tensors.at("model.embed_tokens.weight");
    checkpoint.add("lm_head.weight", table.shape, 0.0f, 0.4f);
  }
  const Tokens tokens = testing::random_tokens(tested.tokens, 3, 40);
  const auto reference = testing::run_reference(checkpoint, tokens);
  const auto network = load(checkpoint);
  ASSERT_EQ(network->stages().size(), reference.states.size());
  constexpr double kTolerance = 2e-5;  // of single precision through two blocks
  Network::State state = network->embed(tokens.data(), static_cast<int64_t>(tokens.size()));
  for (size_t stage = 0; stage < network->stages().size(); ++stage) {
    EXPECT_LT(relative_difference(state.hidden, reference.states[stage].hidden), kTolerance) << stage;
    EXPECT_LT(relative_difference(state.inputs, reference.states[stage].inputs), kTolerance) << stage;
    auto outputs = network->run_layers(stage, state);
    if (stage + 1 < network->stages().size())
      network->advance(stage, std::move(outputs), state);
    else
      EXPECT_LT(relative_difference(outputs.front(), reference.logits), kTolerance);
  }
}

const json kLlama3 = {{"rope_type", "llama3"},
                      {"factor", 8.0},
                      {"low_freq_factor", 1.0},
                      {"high_freq_factor", 4.0},
                      {"original_max_position_embeddings", 64}};

const json kOpt350m = {{"do_layer_norm_before", false}, {"word_embed_proj_dim", 8}};

INSTANTIATE_TEST_SUITE_P(
    All, Family,
    ::testing::Values(
        Case{"opt", "opt", {}}, Case{"opt_350m", "opt", kOpt350m},
        Case{"opt_norms_follow", "opt", {{"do_layer_norm_before", false}}},
        Case{"opt_projected", "opt", {{"word_embed_proj_dim", 20}}}, Case{"llama", "llama", {}},
        Case{"llama_every_head_its_own_keys", "llama", {{"num_key_value_heads", 4}}},
        Case{"llama_one_head_of_keys", "llama", {{"num_key_value_heads", 1}}},
        Case{"llama_biased", "llama", {{"attention_bias", true}, {"mlp_bias", true}}},
        Case{"llama_theta", "llama", {{"rope_theta", 500000}}, 70},
        Case{"llama_theta_in_rope_parameters",
             "llama",
             {{"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 300}}}}},
        Case{"llama_theta_in_rope_scaling",
             "llama",
             {{"rope_scaling", {{"rope_type", "linear"}, {"factor", 2}, {"rope_theta", 300}}}}},
        Case{"llama_linear_rope_parameters",
             "llama",
             {{"rope_parameters", {{"type", "linear"}, {"factor", 2.5}, {"rope_theta", 300}}}}},
        Case{"llama_linear_scaling", "llama", {{"rope_scaling", {{"type", "linear"}, {"factor", 2.5}}}}},
        // Of the three frequencies one stays, one is interpolated and one is divided.
        Case{"llama3_scaling", "llama", {{"rope_theta", 100}, {"rope_scaling", kLlama3}}, 100},
        Case{"llama_untied", "llama", {{"tie_word_embeddings", false}}},
        Case{"llama_long_past_a_tile", "llama", {}, 128}, Case{"mistral", "mistral", {}},
        Case{"mistral_window_of_1", "mistral", {{"sliding_window", 1}}},
        Case{"mistral_window_of_5", "mistral", {{"sliding_window", 5}}, 128},
        Case{"mistral_window_past_a_tile", "mistral", {{"sliding_window", 70}}, 128},
        Case{"mistral_window_of_all", "mistral", {{"sliding_window", 20}}},
        Case{"mistral_without_window", "mistral", {{"sliding_window", nullptr}}, 70},
        Case{"gemma", "gemma", {}}, Case{"gemma_one_head_of_keys", "gemma", {{"num_key_value_heads", 1}}},
        Case{"gemma_biased", "gemma", {{"attention_bias", true}}},
        Case{"bloom", "bloom", {{"layer_norm_epsilon", 1e-3}}}, Case{"bloom_long", "bloom", {}, 100},
        Case{"bloom_one_head", "bloom", {{"n_head", 1}}}, Case{"bloom_3_heads", "bloom", {{"n_head", 3}}},
        Case{"bloom_6_heads", "bloom", {{"n_head", 6}}}, Case{"bloom_12_heads", "bloom", {{"n_head", 12}}},
        Case{"gpt2", "gpt2", {{"layer_norm_epsilon", 1e-3}}}, Case{"gpt2_inner", "gpt2", {{"n_inner", 28}}},
        Case{"gpt2_inner_null", "gpt2", {{"n_inner", nullptr}}, 70}),
    [](const auto& parameter) { return parameter.param.name; });

class AnyFamily : public ::testing::TestWithParam<const char*> {
 protected:
  const Tokens tokens_ = testing::random_tokens(20, 4, 40);
  Activations logits_of(const TinyCheckpoint& checkpoint) const {
    return load(checkpoint)->logits(tokens_.data(), 20);
  }
};

INSTANTIATE_TEST_SUITE_P(All, AnyFamily,
                         ::testing::Values("opt", "llama", "mistral", "gemma", "bloom", "gpt2"));

TEST_P(AnyFamily, PrefixAndTyingChangeNothing) {
  const TinyCheckpoint plain = tiny_family(GetParam());
  const Activations expected = logits_of(plain);
  TinyCheckpoint bare = plain;
  bare.tensors.clear();
  for (const auto& [name, tensor] : plain.tensors) bare.tensors[name.substr(name.find('.') + 1)] = tensor;
  EXPECT_TRUE(logits_of(bare) == expected);

  TinyCheckpoint untied = plain;
  untied.config["tie_word_embeddings"] = false;
  EXPECT_THAT(error_of([&] { load(untied); }), HasSubstr("tensor 'lm_head.weight' is missing"));
  for (const char* table :
       {"model.decoder.embed_tokens", "model.embed_tokens", "transformer.word_embeddings", "transformer.wte"})
    if (const auto found = plain.tensors.find(table + std::string(".weight")); found != plain.tensors.end())
      untied.tensors["lm_head.weight"] = found->second;
  EXPECT_TRUE(logits_of(untied) == expected);
}

TEST_P(AnyFamily, EveryTensorIsNeededInItsShape) {
  const TinyCheckpoint plain = tiny_family(GetParam());
  for (const auto& [name, tensor] : plain.tensors) {
    TinyCheckpoint broken = plain;
    broken.tensors.erase(name);
    EXPECT_THAT(error_of([&] { load(broken); }), HasSubstr("tensor '" + name + "' is missing"));
    broken.tensors[name] = tensor;
    broken.tensors[name].shape.insert(broken.tensors[name].shape.begin(), 1);
    EXPECT_THAT(error_of([&] { load(broken); }), HasSubstr("tensor '" + name + "' has shape [1, "));
  }
}

// What config.json must not say, and the message.
struct Refusal {
  const char* family;
  json changes;
  const char* message;
};

TEST(Families, RefuseConfigurationsTheyDoNotDo) {
  const json low_above_high = {{"rope_type", "llama3"},
                               {"factor", 8},
                               {"low_freq_factor", 4},
                               {"high_freq_factor", 4},
                               {"original_max_position_embeddings", 64}};
  const Refusal refusals[] = {
      {"llama", {{"hidden_act", "gelu"}}, "config.json: 'hidden_act' must be \"silu\", not \"gelu\""},
      {"llama",
       {{"num_key_value_heads", 3}},
       "'num_attention_heads' 4 must be a multiple of 'num_key_value_heads' 3"},
      {"llama", {{"head_dim", 5}}, "'head_dim' must be even"},
      {"llama", {{"head_dim", 8}}, "has shape [24, 20], config.json asks for [32, 20]"},
      {"llama",
       {{"head_dim", nullptr}, {"num_attention_heads", 3}, {"num_key_value_heads", 3}},
       "'hidden_size' 20 must be a multiple of 'num_attention_heads' 3 where 'head_dim' is absent"},
      {"llama", {{"vocab_size", nullptr}}, "the key 'vocab_size' is missing"},
      {"llama", {{"rms_norm_eps", 0}}, "'rms_norm_eps' must be a number above 0, not 0"},
      {"llama", {{"rms_norm_eps", 1e-60}}, "'rms_norm_eps' must be a number above 0"},
      {"llama", {{"rope_theta", "1e4"}}, "'rope_theta' must be a number above 0, not \"1e4\""},
      {"llama",
       {{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 2}}}},
       "'rope_type' must be \"default\", \"linear\" or \"llama3\", not \"yarn\""},
      {"llama",
       {{"rope_scaling", {{"type", "dynamic"}, {"factor", 2}}}},
       "'rope_type' must be \"default\", \"linear\" or \"llama3\", not \"dynamic\""},
      {"llama", {{"rope_scaling", {{"factor", 2}}}}, "the key 'rope_scaling.type' is missing"},
      {"llama", {{"rope_scaling", {{"type", "linear"}}}}, "the key 'rope_scaling.factor' is missing"},
      {"llama", {{"rope_scaling", low_above_high}}, "'high_freq_factor' 4"},
      {"llama", {{"rope_scaling", 2}}, "'rope_scaling' must be an object, not 2"},
      {"llama", {{"rope_scaling", kLlama3}, {"rope_parameters", kLlama3}}, "exclude each other"},
      {"llama", {{"rope_parameters", {{"partial_rotary_factor", 0.5}}}}, "'partial_rotary_factor' must be 1"},
      {"llama", {{"rope_scaling", {{"partial_rotary_factor", 0.5}}}}, "'partial_rotary_factor' must be 1"},
      {"llama",
       {{"rope_theta", 500}, {"rope_scaling", {{"type", "default"}, {"rope_theta", 300}}}},
       "'rope_theta' is 500.000000 and, among the positions' own keys, 300.000000: keep one"},
      {"llama", {{"is_causal", false}}, "'is_causal' must be true"},
      {"llama", {{"attention_bias", true}}, "self_attn.q_proj.bias' is missing"},
      {"llama", {{"mlp_bias", true}}, "mlp.gate_proj.bias' is missing"},
      {"mistral", {{"sliding_window", -1}}, "'sliding_window' must be an integer from 1"},
      {"mistral", {{"hidden_act", "relu"}}, "'hidden_act' must be \"silu\""},
      {"gemma", {{"hidden_activation", "gelu"}}, "'hidden_activation' must be \"gelu_pytorch_tanh\""},
      {"gemma", {{"hidden_act", "relu"}}, "'hidden_act' must be \"gelu_pytorch_tanh\", not \"relu\""},
      {"gemma", {{"use_bidirectional_attention", true}}, "'use_bidirectional_attention' must be false"},
      {"bloom", {{"n_head", 5}}, "the hidden size 24 must be a multiple of the number of heads, 5"},
      {"bloom", {{"n_layer", nullptr}}, "the key 'n_layer' is missing"},
      {"bloom", {{"apply_residual_connection_post_layernorm", true}}, "must be false"},
      {"gpt2", {{"n_head", 5}}, "the hidden size 24 must be a multiple of the number of heads, 5"},
      {"gpt2", {{"activation_function", "relu"}}, "'activation_function' must be \"gelu_new\""},
      {"gpt2", {{"scale_attn_weights", false}}, "'scale_attn_weights' must be true"},
      {"gpt2", {{"scale_attn_by_inverse_layer_idx", true}}, "must be false"},
      {"gpt2", {{"add_cross_attention", true}}, "'add_cross_attention' must be false"},
  };
  for (const Refusal& refusal : refusals) {
    TinyCheckpoint checkpoint = tiny_family(refusal.family);
    checkpoint.config.update(refusal.changes);
    EXPECT_THAT(error_of([&] { load(checkpoint); }), HasSubstr(refusal.message)) << refusal.changes;
  }
}

// With each a width of its own, so that no two may be taken for one another.
TEST(Families, DescribeTheirAttentionAndNorms) {
  const auto described = [](const std::string& family, const json& changes = {}) {
    const auto network = load(tiny_family(family, changes));
    const AttentionShape& attention = network->attention();
    std::vector<int64_t> numbers = {attention.heads, attention.kv_heads, attention.head_dim, attention.count,
                                    attention.window};
    int64_t values = 0, norms = 0;
    for (const NormShape& norm : network->norms()) {
      values += norm.width * norm.count;
      norms += norm.kind == NormKind::rms_norm ? norm.count : -norm.count;
    }
    numbers.insert(numbers.end(), {values, norms});
    return numbers;
  };
  EXPECT_THAT(described("opt"), ElementsAre(2, 2, 8, 2, 0, 5 * 16, -5));
  EXPECT_THAT(described("opt", kOpt350m), ElementsAre(2, 2, 8, 2, 0, 4 * 16, -4));
  EXPECT_THAT(described("llama"), ElementsAre(4, 2, 6, 2, 0, 5 * 20, 5));
  EXPECT_THAT(described("mistral"), ElementsAre(4, 2, 6, 2, 4096, 5 * 20, 5));
  EXPECT_THAT(described("mistral", {{"sliding_window", nullptr}}), ElementsAre(4, 2, 6, 2, 0, 5 * 20, 5));
  EXPECT_THAT(described("gemma", {{"num_key_value_heads", 1}}), ElementsAre(4, 1, 6, 2, 0, 5 * 20, 5));
  EXPECT_THAT(described("bloom"), ElementsAre(4, 4, 6, 2, 0, 6 * 24, -6));
  EXPECT_THAT(described("gpt2"), ElementsAre(4, 4, 6, 2, 0, 5 * 24, -5));
}

// What absent keys mean in transformers' configurations, the tensors' shapes following from it.
TEST(Families, AbsentHeadsAreTransformersDefaults) {
  const auto heads = [](const std::string& family, const json& changes,
                        const std::vector<std::string>& absent) {
    TinyCheckpoint checkpoint = tiny_family(family, changes);
    for (const std::string& key : absent) checkpoint.config.erase(key);
    const AttentionShape attention = load(checkpoint)->attention();
    return std::vector<int64_t>{attention.heads, attention.kv_heads, attention.head_dim};
  };
  const std::vector<std::string> both = {"num_key_value_heads", "head_dim"};
  EXPECT_THAT(heads("llama", {{"num_key_value_heads", 4}, {"head_dim", 4}, {"hidden_size", 16}}, both),
              ElementsAre(4, 4, 4));
  EXPECT_THAT(
      heads("mistral",
            {{"num_attention_heads", 8}, {"num_key_value_heads", 8}, {"head_dim", 2}, {"hidden_size", 16}},
            both),
      ElementsAre(8, 8, 2));
  EXPECT_THAT(heads("mistral", {{"num_attention_heads", 16}, {"num_key_value_heads", 8}}, {both[0]}),
              ElementsAre(16, 8, 6));
  EXPECT_THAT(
      heads("gemma", {{"num_attention_heads", 16}, {"num_key_value_heads", 16}, {"head_dim", 256}}, both),
      ElementsAre(16, 16, 256));
  TinyCheckpoint null = tiny_family("mistral", {{"num_key_value_heads", 4}});
  null.config["num_key_value_heads"] = nullptr;
  EXPECT_EQ(load(null)->attention().kv_heads, 4);
}

// transformers' GPT2Config gives its sizes two names; the one that other families use goes before.
TEST(Families, Gpt2ReadsBothNamesOfItsSizes) {
  const std::pair<const char*, const char*> names[] = {{"n_embd", "hidden_size"},
                                                       {"n_head", "num_attention_heads"},
                                                       {"n_layer", "num_hidden_layers"},
                                                       {"n_positions", "max_position_embeddings"}};
  const Tokens tokens = testing::random_tokens(20, 4, 40);
  TinyCheckpoint checkpoint = tiny_family("gpt2");
  const Activations expected = load(checkpoint)->logits(tokens.data(), 20);
  for (const auto& [name, alias] : names) {
    checkpoint.config[alias] = checkpoint.config.at(name);
    checkpoint.config[name] = 1;
    EXPECT_TRUE(load(checkpoint)->logits(tokens.data(), 20) == expected) << alias;
    checkpoint.config.erase(name);
  }
  EXPECT_TRUE(load(checkpoint)->logits(tokens.data(), 20) == expected);
}

TEST(Families, KeepTheCheckpointsLayers) {
  const auto layers = [](const std::string& family) {
    const auto network = load(tiny_family(family));
    std::vector<std::string> all;
    for (size_t stage = 4; stage < network->stages().size(); ++stage) {
      all.emplace_back();
      for (const size_t layer : network->stages()[stage]) {
        const LayerShape& shape = network->layers()[layer].shape;
        all.back() += shape.name + " " + std::to_string(shape.M) + "x" + std::to_string(shape.K) + ";";
      }
    }
    return all;
  };
  EXPECT_THAT(layers("gemma"),
              ElementsAre("model.layers.1.self_attn.q_proj 24x20;model.layers.1.self_attn.k_proj 12x20;"
                          "model.layers.1.self_attn.v_proj 12x20;",
                          "model.layers.1.self_attn.o_proj 20x24;",
                          "model.layers.1.mlp.gate_proj 28x20;model.layers.1.mlp.up_proj 28x20;",
                          "model.layers.1.mlp.down_proj 20x28;", "lm_head 40x20;"));
  EXPECT_THAT(layers("bloom"), ElementsAre("transformer.h.1.self_attention.query_key_value 72x24;",
                                           "transformer.h.1.self_attention.dense 24x24;",
                                           "transformer.h.1.mlp.dense_h_to_4h 96x24;",
                                           "transformer.h.1.mlp.dense_4h_to_h 24x96;", "lm_head 40x24;"));
  EXPECT_THAT(
      layers("gpt2"),
      ElementsAre("transformer.h.1.attn.c_attn 72x24;", "transformer.h.1.attn.c_proj 24x24;",
                  "transformer.h.1.mlp.c_fc 96x24;", "transformer.h.1.mlp.c_proj 24x96;", "lm_head 40x24;"));
}

}  // namespace
}  // namespace eyeshift
