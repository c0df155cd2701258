#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "configs/loaders/network_reader.h"

namespace eyeshift {
namespace {

using testing::ElementsAre;

int64_t macs(const LayerShape& layer) { return layer.K * layer.M * layer.positions(); }

// Weights of a network's linear layers.
int64_t weights(const std::string& name) {
  int64_t sum = 0;
  for (const LayerShape& layer : load_network(name).layers) {
    if (!layer.conv) sum += layer.K * layer.M * layer.count;
  }
  return sum;
}

// Hidden size d, feed-forward 4 d: queries, keys, values, output, two of the feed-forward.
int64_t opt_weights(int64_t d, int64_t blocks, int64_t vocabulary = 50272) {
  return blocks * (4 * d * d + 2 * 4 * d * d) + vocabulary * d;
}

// Hidden size d, feed-forward f in three layers, `kv` the width of the keys.
int64_t llama_weights(int64_t d, int64_t kv, int64_t f, int64_t blocks, int64_t vocabulary) {
  return blocks * (2 * d * d + 2 * d * kv + 3 * d * f) + vocabulary * d;
}

TEST(Networks, AllLoadUnderTheirNames) {
  EXPECT_THAT(
      network_names(),
      ElementsAre("alexnet", "bloom-3b", "bloom-7b", "gemma-2b", "llama-2-13b", "llama-2-70b", "llama-2-7b",
                  "llama-3-70b", "llama-3-8b", "mistral-7b", "opt-1.3b", "opt-125m", "opt-13b", "opt-2.7b",
                  "opt-30b", "opt-350m", "opt-6.7b", "opt-66b", "opt-tiny", "vgg-16"));
  for (const std::string& name : network_names()) {
    SCOPED_TRACE(name);
    EXPECT_EQ(load_network(name).name, name);
  }
}

TEST(Networks, LanguageModelsHaveTheirWeights) {
  const std::map<std::string, int64_t> expected = {
      {"opt-tiny", opt_weights(256, 6, 256)},
      {"opt-125m", opt_weights(768, 12)},
      // Embeddings of 512, projected to the hidden size and back.
      {"opt-350m", 24 * 12 * 1024 * 1024 + 2 * 512 * 1024 + 50272 * 512},
      {"opt-1.3b", opt_weights(2048, 24)},
      {"opt-2.7b", opt_weights(2560, 32)},
      {"opt-6.7b", opt_weights(4096, 32)},
      {"opt-13b", opt_weights(5120, 40)},
      {"opt-30b", opt_weights(7168, 48)},
      {"opt-66b", opt_weights(9216, 64)},
      {"llama-2-7b", llama_weights(4096, 4096, 11008, 32, 32000)},
      {"llama-2-13b", llama_weights(5120, 5120, 13824, 40, 32000)},
      {"llama-2-70b", llama_weights(8192, 1024, 28672, 80, 32000)},
      {"llama-3-8b", llama_weights(4096, 1024, 14336, 32, 128256)},
      {"llama-3-70b", llama_weights(8192, 1024, 28672, 80, 128256)},
      {"mistral-7b", llama_weights(4096, 1024, 14336, 32, 32000)},
      {"gemma-2b", llama_weights(2048, 256, 16384, 18, 256000)},
      {"bloom-3b", opt_weights(2560, 30, 250880)},
      {"bloom-7b", opt_weights(4096, 30, 250880)},
  };
  for (const std::string& name : network_names()) {
    SCOPED_TRACE(name);
    if (!load_network(name).attention) continue;
    ASSERT_EQ(expected.count(name), 1u);
    EXPECT_EQ(weights(name), expected.at(name));
  }
}

// Published parameters of the checkpoints, in 10^9. Those that a file does not describe, biases and norms,
// are less than 0.1 %; embeddings that the lm_head does not share are added.
TEST(Networks, WeightsAreThePublishedParameters) {
  const auto relative = [](int64_t parameters, double published) {
    return static_cast<double>(parameters) / (published * 1e9);
  };
  EXPECT_NEAR(relative(weights("llama-2-7b") + 32000 * 4096, 6.738), 1, 0.001);
  EXPECT_NEAR(relative(weights("llama-2-70b") + 32000 * 8192, 68.977), 1, 0.001);
  EXPECT_NEAR(relative(weights("llama-3-8b") + 128256 * 4096, 8.030), 1, 0.001);
  EXPECT_NEAR(relative(weights("mistral-7b") + 32000 * 4096, 7.242), 1, 0.001);
  EXPECT_NEAR(relative(weights("gemma-2b"), 2.506), 1, 0.001);
  EXPECT_NEAR(relative(weights("bloom-3b"), 3.003), 1, 0.001);
  EXPECT_NEAR(relative(weights("bloom-7b"), 7.069), 1, 0.001);
}

// The blocks' attention fits the layers around it, wherever keys and values have layers of their own.
TEST(Networks, AttentionAndNormsFitTheLayers) {
  for (const std::string& name : network_names()) {
    SCOPED_TRACE(name);
    const NetworkConfig network = load_network(name);
    if (!network.attention) continue;
    const AttentionShape& attention = *network.attention;
    const int64_t query_width = attention.heads * attention.head_dim;
    const int64_t kv_width = attention.kv_heads * attention.head_dim;
    const std::map<std::string, int64_t> outputs = {{"q_proj", query_width},
                                                    {"k_proj", kv_width},
                                                    {"v_proj", kv_width},
                                                    {"query_key_value", 3 * query_width}};
    int checked = 0;
    int64_t hidden = 0;
    for (const LayerShape& layer : network.layers) {
      const auto width = outputs.find(layer.name);
      if (width == outputs.end()) continue;
      EXPECT_EQ(layer.M, width->second) << layer.name;
      EXPECT_EQ(layer.count, attention.count) << layer.name;
      hidden = layer.K;
      ++checked;
    }
    EXPECT_GE(checked, 1);
    EXPECT_EQ(network.layers.back().name, "lm_head");
    int64_t in_blocks = 0;
    for (const NormShape& norm : network.norms) {
      EXPECT_EQ(norm.width, hidden) << norm.name;
      in_blocks += norm.count == attention.count ? 1 : 0;
    }
    EXPECT_EQ(in_blocks, 2);
  }
}

TEST(Networks, AlexNetHasTheChipsMultiplications) {
  std::vector<double> millions;
  for (const LayerShape& layer : load_network("alexnet").layers) {
    if (layer.conv) millions.push_back(static_cast<double>(macs(layer)) / 1e6);
  }
  const std::vector<double> published = {105.4, 223.9, 149.5, 112.1, 74.8};
  ASSERT_EQ(millions.size(), published.size());
  for (size_t i = 0; i < published.size(); ++i) EXPECT_NEAR(millions[i], published[i], 0.05);
  EXPECT_EQ(weights("alexnet"), 256 * 6 * 6 * 4096 + 4096 * 4096 + 4096 * 1000);
}

// What CONV2 to CONV4 write has the zeros that the next layer reads.
TEST(Networks, AlexNetsZerosFollowEachOther) {
  const std::vector<LayerShape> layers = load_network("alexnet").layers;
  for (size_t i = 1; i < 4; ++i) {
    EXPECT_GT(layers[i].output_zero_fraction, 0.7) << layers[i].name;
    EXPECT_EQ(layers[i].output_zero_fraction, layers[i + 1].zero_fraction) << layers[i].name;
  }
}

TEST(Networks, Vgg16sZerosFollowEachOther) {
  const std::vector<LayerShape> layers = load_network("vgg-16").layers;
  for (size_t i = 0; i < layers.size() && layers[i].conv; ++i) {
    EXPECT_GT(layers[i].zero_fraction, 0) << layers[i].name;
    const LayerShape& reader = layers[i].name == "CONV5-3" ? layers[i] : layers[i + 1];
    EXPECT_EQ(layers[i].output_zero_fraction, reader.zero_fraction) << layers[i].name;
  }
}

// Each convolution takes the channels that the one before it gives; sizes shrink by pooling only.
TEST(Networks, ConvolutionsFollowEachOther) {
  for (const char* name : {"alexnet", "vgg-16"}) {
    SCOPED_TRACE(name);
    const std::vector<LayerShape> layers = load_network(name).layers;
    for (size_t i = 1; i < layers.size() && layers[i].conv; ++i) {
      EXPECT_EQ(layers[i].conv->C, layers[i - 1].M) << layers[i].name;
      EXPECT_LE(layers[i].conv->H, layers[i - 1].conv->E()) << layers[i].name;
      EXPECT_GE(2 * layers[i].conv->H + 1, layers[i - 1].conv->E()) << layers[i].name;
    }
  }
}

TEST(Networks, Vgg16HasItsMultiplications) {
  const std::vector<LayerShape> layers = load_network("vgg-16").layers;
  // Simonyan and Zisserman, table 1, D: output channels at each of the sizes 224, 112, 56, 28, 14.
  const std::vector<std::vector<int64_t>> blocks = {
      {64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
  int64_t expected = 0, channels = 3, pixels = 224 * 224;
  for (const auto& block : blocks) {
    for (const int64_t outputs : block) {
      expected += channels * outputs * 9 * pixels;
      channels = outputs;
    }
    pixels /= 4;
  }
  int64_t sum = 0;
  for (const LayerShape& layer : layers) sum += layer.conv ? macs(layer) : 0;
  EXPECT_EQ(sum, expected);
  EXPECT_NEAR(static_cast<double>(sum), 15.3e9, 0.05e9);  // as the Eyeriss papers state it
  EXPECT_EQ(weights("vgg-16"), 512 * 7 * 7 * 4096 + 4096 * 4096 + 4096 * 1000);
}

}  // namespace
}  // namespace eyeshift
