#include <gmock/gmock.h>

#include <cmath>
#include <ostream>

#include "tests/traces/reference_decoder.h"
#include "tests/traces/tiny_families.h"
#include "traces/network/family.h"

// Each family against an independent forward pass, stage by stage.

namespace eyeshift {
namespace {

using nlohmann::json;
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

INSTANTIATE_TEST_SUITE_P(
    All, Family,
    ::testing::Values(
        Case{"opt", "opt", {}}, Case{"llama", "llama", {}},
        Case{"llama_every_head_its_own_keys", "llama", {{"num_key_value_heads", 4}}},
        Case{"llama_one_head_of_keys", "llama", {{"num_key_value_heads", 1}}},
        Case{"llama_biased", "llama", {{"attention_bias", true}, {"mlp_bias", true}}},
        Case{"llama_theta", "llama", {{"rope_theta", 500000}}, 70},
        Case{"llama_theta_in_rope_parameters",
             "llama",
             {{"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 300}}}}},
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

}  // namespace
}  // namespace eyeshift
