#include <gmock/gmock.h>

#include "tests/traces/decoders/reference_decoder.h"
#include "tests/traces/decoders/tiny_families.h"
#include "traces/decoders/family.h"
#include "traces/format/trace_file.h"
#include "traces/layers/quantized_layer.h"
#include "traces/layers/stage_effect.h"
#include "traces/network/perplexity.h"
#include "traces/run/layer_sensitivity.h"
#include "traces/run/quantize_network.h"

// Quantizing the families: which layers share inputs, what a layer does to the stage after, layers whose
// sizes are no multiples of 8.

namespace eyeshift {
namespace {

using testing::Rows;
using testing::tiny_family;
using testing::TinyCheckpoint;

class FamilySchemes : public ::testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Network> load(const TinyCheckpoint& checkpoint) const {
    checkpoint.write(folder_.path());
    return load_network(folder_.path());
  }

  const testing::TemporaryFolder folder_;
  const Tokens calibration_ = testing::random_tokens(128 * 2, 5, 40);
};

INSTANTIATE_TEST_SUITE_P(All, FamilySchemes, ::testing::Values("llama", "mistral", "gemma", "bloom", "gpt2"));

TEST_P(FamilySchemes, AwqDividesInputsOnceAStage) {
  const auto network = load(tiny_family(GetParam()));
  const Trace trace = quantize_network(*network, "awq", {}, calibration_, "random");
  for (size_t stage = 0; stage + 1 < network->stages().size(); ++stage) {
    const Network::Stage& members = network->stages()[stage];
    for (const size_t layer : members) {
      EXPECT_EQ(trace.layers[layer].input_scales, trace.layers[members.front()].input_scales) << layer;
      EXPECT_NE(trace.layers[layer].input_scales, trace.layers[members.back() + 1].input_scales) << layer;
    }
  }
}

TEST_P(FamilySchemes, TracesGiveTheQuantizedNetworksPerplexityExactly) {
  const TinyCheckpoint checkpoint = tiny_family(GetParam());
  const double original = perplexity(*load(checkpoint), calibration_, 64).nll;
  for (const char* scheme : {"gptq", "adadim", "bcq", "shiftaddllm-block", "shiftaddllm-column", "int8"}) {
    const auto quantized = load(checkpoint);
    QuantizeOptions options;
    options.bits = Registry<Quantizer>::instance().find(scheme, "scheme").fixed_bits().value_or(3);
    write_trace(folder_ / "trace", quantize_network(*quantized, scheme, options, calibration_, "random"));
    const auto replayed = load(checkpoint);
    apply_trace(*replayed, read_trace(folder_ / "trace"));
    const double nll = perplexity(*quantized, calibration_, 64).nll;
    EXPECT_EQ(perplexity(*replayed, calibration_, 64).nll, nll) << scheme;
    EXPECT_NE(nll, original) << scheme;
  }
}

const nlohmann::json kOpt350m = {{"do_layer_norm_before", false}, {"word_embed_proj_dim", 8}};

TEST(Opt350m, ProjectionsStayInHalfPrecision) {
  const testing::TemporaryFolder folder;
  const TinyCheckpoint checkpoint = tiny_family("opt", kOpt350m);
  checkpoint.write(folder.path());
  const Tokens calibration = testing::random_tokens(32 * 8, 5, 40);
  for (const char* scheme : {"gptq", "adadim", "awq", "shiftaddllm-mixed"}) {
    const auto quantized = load_network(folder.path());
    ASSERT_EQ(quantized->layers().size(), 15u);
    QuantizeOptions options;
    options.bits = 3;
    write_trace(folder / "trace", quantize_network(*quantized, scheme, options, calibration, "random"));
    const Trace trace = read_trace(folder / "trace");
    EXPECT_EQ(trace.scheme, scheme);
    EXPECT_EQ(trace.layers.front().shape.name, "model.decoder.project_in");
    EXPECT_EQ(trace.layers[13].shape.name, "model.decoder.project_out");
    for (size_t layer = 0; layer < trace.layers.size(); ++layer)
      EXPECT_EQ(trace.layers[layer].encoding.scheme == "fp16", layer == 0 || layer >= 13) << layer;
    EXPECT_EQ(trace.bits, trace.layers[1].encoding.bits);
    const auto replayed = load_network(folder.path());
    apply_trace(*replayed, trace);
    EXPECT_EQ(perplexity(*replayed, calibration, 32).nll, perplexity(*quantized, calibration, 32).nll);
  }
}

// The stream that q, k, v and fc1 read goes on beside them.
TEST(Opt350m, AwqDividesOnlyInputsThatNothingElseReads) {
  const testing::TemporaryFolder folder;
  tiny_family("opt", kOpt350m).write(folder.path());
  const auto network = load_network(folder.path());
  std::vector<bool> divided;
  for (size_t stage = 0; stage + 1 < network->stages().size(); ++stage)
    divided.push_back(network->can_divide_inputs(stage));
  EXPECT_EQ(divided, (std::vector<bool>{false, false, true, false, true, false, true, false, true, false}));
}

TEST(Opt350m, SensitivityIsOfTheLayersThatAreQuantized) {
  const testing::TemporaryFolder folder;
  tiny_family("opt", kOpt350m).write(folder.path());
  const auto network = load_network(folder.path());
  const auto layers = measure_sensitivity(*network, "rtn-oc", {}, {3}, testing::random_tokens(64, 5, 40));
  ASSERT_EQ(layers.size(), 12u);
  EXPECT_EQ(layers.front().shape.name, "model.decoder.layers.0.self_attn.q_proj");
  EXPECT_EQ(layers.back().shape.name, "model.decoder.layers.1.fc2");
}

// As in the released code: the weights of v_proj cannot take a scale for each of the inputs that a value
// reaches.
TEST(FamilyEffects, AwqLeavesTheAttentionOutputOfSharedValuesUnscaled) {
  const testing::TemporaryFolder folder;
  const auto scales_of_output = [&](int64_t kv_heads) {
    tiny_family("llama", {{"num_key_value_heads", kv_heads}}).write(folder.path());
    const auto network = load_network(folder.path());
    const Tokens calibration = testing::random_tokens(128, 5, 40);
    return quantize_network(*network, "awq", {}, calibration, "random").layers[3].input_scales;
  };
  EXPECT_EQ(scales_of_output(2), std::vector<float>(24, 1.0f));
  EXPECT_NE(scales_of_output(4), std::vector<float>(24, 1.0f));
}

// What a gate loses is seen where the feed-forward network ends.
TEST(FamilyEffects, GateAndUpAreComparedAtTheFeedForwardOutput) {
  constexpr size_t kStage = 2, kWindow = 24;
  const TinyCheckpoint plain = tiny_family("llama");
  const testing::TemporaryFolder folder;
  plain.write(folder.path());
  const auto network = load_network(folder.path());
  const Tokens tokens = testing::random_tokens(kWindow, 7, 40);
  std::vector<Network::State> states = {network->embed(tokens.data(), kWindow)};
  for (size_t stage = 0; stage < kStage; ++stage)
    network->advance(stage, network->run_layers(stage, states[0]), states[0]);
  const StageEffect effect(*network, kStage, states, 1);

  const std::string mlp = "model.layers.0.mlp.";
  const auto& down = plain.tensors.at(mlp + "down_proj.weight");
  const Rows before = testing::run_reference(plain, tokens).states[kStage + 1].inputs;
  for (const std::string name : {"gate_proj", "up_proj"}) {
    TinyCheckpoint changed = plain;
    auto& weight = changed.tensors.at(mlp + name + ".weight");
    for (float& value : weight.values) value *= 0.75f;
    const Rows after = testing::run_reference(changed, tokens).states[kStage + 1].inputs;
    double expected = 0;
    for (size_t token = 0; token < kWindow; ++token)
      for (size_t m = 0; m < static_cast<size_t>(down.shape[0]); ++m) {
        double difference = 0;
        for (size_t k = 0; k < before[token].size(); ++k)
          difference += static_cast<double>(down.values[m * before[token].size() + k]) *
                        (after[token][k] - before[token][k]);
        expected += difference * difference;
      }
    const size_t layer = network->stages()[kStage][name == "gate_proj" ? 0 : 1];
    const Activations Wq =
        Eigen::Map<const Activations>(weight.values.data(), weight.shape[0], weight.shape[1]);
    EXPECT_EQ(network->layers()[layer].shape.name, mlp + name);
    EXPECT_NEAR(effect.error(layer, Wq.cast<double>()), expected, 1e-4 * expected) << name;
  }
}

}  // namespace
}  // namespace eyeshift
