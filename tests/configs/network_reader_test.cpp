#include "configs/loaders/network_reader.h"

#include <gmock/gmock.h>

#include "configs/loaders/mapping_reader.h"
#include "tests/configs/yaml_test_files.h"

namespace eyeshift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string network_error(const std::string& layers) {
  TestFolder folder;
  const std::string file = folder.write("n.yaml", "name: n\nlayers:\n" + layers);
  return input_error_of([&] { load_network(file); });
}

// Weights of the decoder's linear layers of an OPT with hidden size d (feed-forward 4 d) plus the lm_head.
int64_t opt_weights(int64_t d, int64_t blocks, int64_t vocabulary) {
  return blocks * (4 * d * d + 2 * d * 4 * d) + vocabulary * d;
}

TEST(NetworkReader, NetworksThatComeWithTheProgramHaveTheirWeights) {
  const auto weights = [](const std::string& name) {
    int64_t sum = 0;
    for (const LayerShape& layer : load_network(name).layers) sum += layer.K * layer.M * layer.count;
    return sum;
  };
  EXPECT_THAT(network_names(), ElementsAre("opt-125m", "opt-6.7b", "opt-tiny"));
  EXPECT_EQ(weights("opt-tiny"), opt_weights(256, 6, 256));
  EXPECT_EQ(weights("opt-125m"), opt_weights(768, 12, 50272));
  EXPECT_EQ(weights("opt-6.7b"), opt_weights(4096, 32, 50272));
}

TEST(NetworkReader, RefusesBadLayers) {
  EXPECT_EQ(network_error("  - {name: a, type: linear, K: 8, M: 8}\n"), "");
  EXPECT_THAT(network_error("  - {name: a, type: linear, K: 8, M: -8}\n"),
              HasSubstr("n.yaml:3: layers[0].M = '-8'"));
  EXPECT_THAT(network_error("  - {name: a, type: linear, K: 8, M: eight}\n"),
              HasSubstr("layers[0].M = 'eight'"));
  EXPECT_THAT(network_error("  - {name: a, type: linear, K: 8, M: 8, H: 2}\n"),
              HasSubstr("unknown key 'layers[0].H'"));
  EXPECT_THAT(network_error("  - {name: a, K: 8, M: 8}\n"), HasSubstr("missing key 'layers[0].type'"));
  EXPECT_THAT(network_error("  - {name: a, type: gru, K: 8, M: 8}\n"),
              HasSubstr("expected one of linear, conv"));
  EXPECT_THAT(
      network_error("  - {name: a, type: linear, K: 8, M: 8}\n  - {name: a, type: linear, K: 8, M: 8}\n"),
      HasSubstr("n.yaml:4: layers[1].name = 'a': another layer"));
  EXPECT_THAT(network_error("  - {name: a, type: linear, K: 1048576, M: 1048576, count: 65536}\n"),
              HasSubstr("at most"));
  EXPECT_THAT(network_error("  []\n"), HasSubstr("at least one entry"));
}

TEST(NetworkReader, ChecksConvolutionsBeforeRefusingThem) {
  EXPECT_THAT(network_error("  - {name: c, type: conv, C: 3, M: 96, H: 227, R: 11, stride: 4}\n"),
              HasSubstr("layers[0].type = 'conv': convolutions are not simulated yet"));
  EXPECT_THAT(network_error("  - {name: c, type: conv, C: 3, M: 96, H: 7, R: 11, stride: 4}\n"),
              HasSubstr("layers[0].R = '11': the filter is larger"));
  EXPECT_THAT(network_error("  - {name: c, type: conv, C: 3, M: 96, H: 227, R: 11, stride: 4, groups: 2}\n"),
              HasSubstr("expected a divisor of C and M"));
  EXPECT_THAT(
      network_error("  - {name: c, type: conv, C: 3, M: 96, H: 227, R: 11, stride: 4, zero_fraction: 1.5}\n"),
      HasSubstr("zero_fraction = '1.5'"));
}

TEST(MappingReader, ReadsMappingsByLayer) {
  TestFolder folder;
  const std::string file = folder.write("m.yaml",
                                        "q: {m: 64, n: 4, p: 16, q: 3, r: 2, t: 1}\nk: {m: 8, "
                                        "n: 1, e: 1, p: 2, q: 3, r: 4, t: 5}\n");
  const auto mappings = load_mappings(file);
  ASSERT_EQ(mappings.size(), 2u);
  EXPECT_EQ(mappings.at("q"), (Mapping{64, 4, 1, 16, 3, 2, 1}));
  EXPECT_EQ(mappings.at("k"), (Mapping{8, 1, 1, 2, 3, 4, 5}));
  const auto error = [&](const std::string& text) {
    return input_error_of([&] { load_mappings(folder.write("bad.yaml", text)); });
  };
  EXPECT_THAT(error("q: {m: 0, n: 4, p: 16, q: 3, r: 2, t: 1}"), HasSubstr("bad.yaml:1: q.m = '0'"));
  EXPECT_THAT(error("q: {m: 4, n: 4, p: 16, q: 3, r: 2}"), HasSubstr("missing key 'q.t'"));
  EXPECT_THAT(error("{}"), HasSubstr("bad.yaml:1: expected at least one name (mappings by layer name)"));
  EXPECT_THAT(error("q: 64"), HasSubstr("q: expected keys with values, found '64'"));
}

}  // namespace
}  // namespace eyeshift
