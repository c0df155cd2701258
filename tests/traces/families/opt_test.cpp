#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "base/numbers/half.h"
#include "base/parallel.h"
#include "tests/traces/decoders/tiny_opt.h"
#include "traces/decoders/family.h"
#include "traces/decoders/operations.h"
#include "traces/network/perplexity.h"
#include "traces/network/tokens.h"
#include "traces/tensor_io/npy.h"

namespace eyeshift {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::random_tokens;
using testing::TemporaryFolder;
using testing::TinyOpt;

const std::filesystem::path kTraces = testing::project_file("traces");

// The first window; the whole text's perplexity is tested with the command.
TEST(OptTiny, MatchesTheReferenceOfTransformers) {
  const auto folder = kTraces / "checkpoints" / "opt-tiny";
  const nlohmann::json reference = testing::read_json(folder / "reference.json");
  const auto network = load_network(folder);
  EXPECT_EQ(network->name(), "opt-tiny");
  Tokens tokens = load_tokens(kTraces / "text" / "evaluation.txt", network->vocabulary());
  tokens.resize(512);
  const Perplexity result = perplexity(*network, tokens, 512);

  EXPECT_EQ(result.tokens, 511);
  ASSERT_EQ(result.logits.rows(), 512);
  ASSERT_EQ(result.logits.cols(), 256);
  const auto& window = reference["logits_window0"];
  ASSERT_FALSE(window["samples"].empty());
  for (const auto& sample : window["samples"])
    EXPECT_NEAR(result.logits(sample["position"].get<int>(), sample["id"].get<int>()),
                sample["logit"].get<double>(), 1e-3);
  ASSERT_EQ(window["argmax_ids"].size(), 32u);
  for (int position = 0; position < 32; ++position) {
    Eigen::Index best = 0;
    result.logits.row(position).maxCoeff(&best);
    EXPECT_EQ(best, window["argmax_ids"][static_cast<size_t>(position)].get<int>()) << position;
  }
}

TEST(Opt, NamesItsLayersInOrder) {
  const TemporaryFolder folder;
  TinyOpt().write(folder.path());
  const auto network = load_network(folder.path());
  std::vector<std::string> names;
  for (const Linear& layer : network->layers()) names.push_back(layer.shape.name);
  ASSERT_EQ(names.size(), 13u);
  EXPECT_EQ(names[0], "model.decoder.layers.0.self_attn.q_proj");
  EXPECT_EQ(names[3], "model.decoder.layers.0.self_attn.out_proj");
  EXPECT_EQ(names[11], "model.decoder.layers.1.fc2");
  EXPECT_EQ(names[12], "lm_head");
  EXPECT_EQ(network->layers()[11].shape.K, TinyOpt::kFeedForward);
  EXPECT_EQ(network->layers()[11].shape.M, TinyOpt::kHidden);
}

TEST(Opt, PrefixTyingAndShardsChangeNothing) {
  const TemporaryFolder folder;
  const Tokens tokens = random_tokens(32, 1);
  const auto logits_of = [&](const std::filesystem::path& path) {
    return load_network(path)->logits(tokens.data(), 32);
  };
  const TinyOpt plain;
  plain.write(folder.path());
  const Activations expected = logits_of(folder.path());

  TinyOpt bare = plain;
  bare.tensors.clear();
  for (const auto& [name, tensor] : plain.tensors)
    bare.tensors.emplace(name.substr(std::string("model.").size()), tensor);
  bare.write(folder.path());
  EXPECT_TRUE(logits_of(folder.path()) == expected);

  TinyOpt untied = plain;
  untied.config["tie_word_embeddings"] = false;
  untied.tensors.emplace("lm_head.weight", plain.tensors.at("model.decoder.embed_tokens.weight"));
  untied.write(folder.path());
  EXPECT_TRUE(logits_of(folder.path()) == expected);

  std::filesystem::remove(folder / "model.safetensors");
  nlohmann::json index;
  std::map<std::string, std::vector<TensorView>> shards;
  for (const auto& [name, tensor] : untied.tensors) {
    const std::string shard = name.size() % 2 == 0 ? "even.safetensors" : "odd.safetensors";
    index["weight_map"][name] = shard;
    shards[shard].push_back({name, DType::f32, tensor.shape, tensor.values.data()});
  }
  for (const auto& [shard, views] : shards) write_safetensors(folder / shard, views, {});
  testing::write_bytes(folder / "model.safetensors.index.json", index.dump());
  EXPECT_TRUE(logits_of(folder.path()) == expected);
}

TEST(Opt, SeesOnlyThePast) {
  const TemporaryFolder folder;
  TinyOpt().write(folder.path());
  const auto network = load_network(folder.path());
  Tokens tokens = random_tokens(32, 2);
  const Activations before = network->logits(tokens.data(), 32);
  tokens[20] = (tokens[20] + 1) % 256;
  const Activations after = network->logits(tokens.data(), 32);
  EXPECT_TRUE(before.topRows(20) == after.topRows(20));
  for (int position = 20; position < 32; ++position)
    EXPECT_TRUE(before.row(position) != after.row(position)) << position;
}

TEST(Opt, RefusesConfigurationsItDoesNotDo) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& key, const nlohmann::json& value) {
    TinyOpt opt;
    if (value.is_null())
      opt.config.erase(key);
    else
      opt.config[key] = value;
    opt.write(folder.path());
    return error_of([&] { load_network(folder.path()); });
  };
  EXPECT_EQ(message("tie_word_embeddings", nullptr), "no error");
  EXPECT_THAT(message("model_type", "mamba"),
              AllOf(HasSubstr("config.json: unknown model_type 'mamba'"), HasSubstr("opt")));
  EXPECT_THAT(message("hidden_size", nullptr), HasSubstr("'hidden_size' is missing"));
  EXPECT_THAT(message("hidden_size", "16"), HasSubstr("must be an integer from 1"));
  EXPECT_THAT(message("ffn_dim", -24), HasSubstr("not -24"));
  EXPECT_THAT(message("num_attention_heads", 3), HasSubstr("must be a multiple"));
  EXPECT_THAT(message("word_embed_proj_dim", 8),
              AllOf(HasSubstr("embed_tokens.weight' has shape [256, 16]"), HasSubstr("asks for [256, 8]")));
  EXPECT_THAT(message("activation_function", "gelu"), HasSubstr("must be \"relu\", not \"gelu\""));
  EXPECT_EQ(message("do_layer_norm_before", false), "no error");
  EXPECT_THAT(message("_remove_final_layer_norm", true), HasSubstr("must be false"));
  EXPECT_THAT(message("do_layer_norm_before", 1), HasSubstr("true or false, not 1"));
  EXPECT_THAT(message("num_hidden_layers", 3), HasSubstr("tensor 'model.decoder.layers.2"));
  EXPECT_THAT(message("vocab_size", 255),
              AllOf(HasSubstr("has shape [256, 16]"), HasSubstr("asks for [255, 16]")));
}

TEST(Opt, RefusesBrokenCheckpoints) {
  const TemporaryFolder folder;
  const auto load_error = [&] { return error_of([&] { load_network(folder.path()); }); };
  TinyOpt opt;
  opt.tensors.erase("model.decoder.layers.1.fc2.weight");
  opt.write(folder.path());
  EXPECT_THAT(load_error(), HasSubstr("tensor 'model.decoder.layers.1.fc2.weight' is missing"));

  opt = TinyOpt();
  opt.tensors.at("model.decoder.layers.0.fc1.bias").values[7] = std::numeric_limits<float>::quiet_NaN();
  opt.write(folder.path());
  EXPECT_THAT(load_error(), HasSubstr("tensor 'model.decoder.layers.0.fc1.bias': element 7 is NaN"));

  TinyOpt().write(folder.path());
  testing::write_bytes(folder / "config.json", "{\"model_type\": ");
  EXPECT_THAT(load_error(), HasSubstr("config.json: not valid JSON"));
  std::filesystem::remove(folder / "config.json");
  EXPECT_THAT(load_error(), HasSubstr("config.json: cannot be read"));
}

TEST(Tokens, AreBytesOrIds) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "t.txt", "A\xff");
  EXPECT_THAT(load_tokens(folder / "t.txt", 256), ElementsAre(65, 255));
  const int64_t ids[] = {3, 700, -1};
  write_npy(folder / "t.npy", {2}, ids);
  EXPECT_THAT(load_tokens(folder / "t.npy", 1000), ElementsAre(3, 700));
  EXPECT_THAT(error_of([&] { load_tokens(folder / "t.npy", 700); }),
              AllOf(HasSubstr("token 1 is 700"), HasSubstr("ids 0 to 699")));
  write_npy(folder / "t.npy", {3}, ids);
  EXPECT_THAT(error_of([&] { load_tokens(folder / "t.npy", 1000); }), HasSubstr("token 2 is -1"));
  EXPECT_THAT(error_of([&] { load_tokens(folder / "t.txt", 1000); }),
              HasSubstr("give its token ids as a .npy"));
  testing::write_bytes(folder / "t.txt", "");
  EXPECT_THAT(error_of([&] { load_tokens(folder / "t.txt", 256); }), HasSubstr("holds no tokens"));
}

TEST(Perplexity, DropsThePartialWindowAndIgnoresThreads) {
  const TemporaryFolder folder;
  TinyOpt().write(folder.path());
  const auto network = load_network(folder.path());
  Tokens tokens = random_tokens(16 * 9 + 15, 3);
  const Perplexity one = perplexity(*network, tokens, 16, 1);
  const Perplexity three = perplexity(*network, tokens, 16, 3);
  EXPECT_EQ(one.nll, three.nll);
  EXPECT_TRUE(one.logits == three.logits);
  EXPECT_EQ(one.tokens, 9 * 15);
  tokens.back() ^= 1;
  EXPECT_EQ(perplexity(*network, tokens, 16).nll, one.nll);
  tokens[16 * 9 - 1] ^= 1;
  EXPECT_NE(perplexity(*network, tokens, 16).nll, one.nll);
}

TEST(Perplexity, RefusesWindowsThatDoNotFit) {
  const TemporaryFolder folder;
  TinyOpt().write(folder.path());
  const auto network = load_network(folder.path());
  const Tokens tokens = random_tokens(20, 4);
  EXPECT_THAT(error_of([&] { perplexity(*network, tokens, 33); }), HasSubstr("allows 2 to 32"));
  EXPECT_THAT(error_of([&] { perplexity(*network, tokens, 1); }), HasSubstr("allows 2 to 32"));
  EXPECT_THAT(error_of([&] { perplexity(*network, tokens, 21 + 4); }),
              HasSubstr("has 20 tokens, one window has 25"));
}

TEST(Perplexity, RefusesActivationsBeyondSinglePrecision) {
  const TemporaryFolder folder;
  TinyOpt checkpoint;
  for (auto& [name, tensor] : checkpoint.tensors)
    if (name.find(".fc") != std::string::npos)
      for (float& value : tensor.values) value *= 1e25f;
  checkpoint.write(folder.path());
  const auto network = load_network(folder.path());
  EXPECT_THAT(error_of([&] { perplexity(*network, random_tokens(32, 4), 16); }),
              HasSubstr("the logits of window 0 are not finite"));
}

TEST(Operations, Int8InputsHaveAScalePerToken) {
  Activations inputs(3, 3);
  inputs << 127, 63.5f, 1.4f, 0, 0, 0, -2.54f, 0.029f, 0.031f;
  round_to_int8_per_token(inputs);
  EXPECT_EQ(inputs(0, 0), 127.0f);
  EXPECT_EQ(inputs(0, 1), 64.0f) << "half to even";
  EXPECT_EQ(inputs(0, 2), 1.0f);
  EXPECT_EQ(inputs.row(1).cwiseAbs().sum(), 0.0f);
  const float scale = round_to_half(0.02f);
  EXPECT_FLOAT_EQ(inputs(2, 0), -127 * scale);
  EXPECT_FLOAT_EQ(inputs(2, 1), scale);
  EXPECT_FLOAT_EQ(inputs(2, 2), 2 * scale);
}

TEST(ParallelFor, DoesEachTaskOnceAndRethrowsTheFirstFailure) {
  std::vector<int> done(100, 0);
  parallel_for(done.size(), 4, [&](size_t i) { ++done[i]; });
  EXPECT_EQ(done, std::vector<int>(100, 1));
  const auto failing = [](size_t i) {
    if (i >= 7) throw InputError("task " + std::to_string(i));
  };
  EXPECT_EQ(error_of([&] { parallel_for(100, 4, failing); }), "task 7");
  parallel_for(0, 4, failing);
}

}  // namespace
}  // namespace eyeshift
