#include "configs/loaders/network_reader.h"

#include <gmock/gmock.h>

#include "configs/loaders/mapping_reader.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

std::string network_error(const std::string& layers) {
  TestFolder folder;
  const std::string file = folder.write("n.yaml", "name: n\nlayers:\n" + layers);
  return input_error_of([&] { load_network(file); });
}

NetworkConfig network_of(const std::string& text) {
  TestFolder folder;
  return load_network(folder.write("n.yaml", "name: n\n" + text));
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

TEST(NetworkReader, ReadsConvolutions) {
  const NetworkConfig network = network_of(
      "layers:\n"
      "  - {name: c, type: conv, C: 96, M: 256, H: 27, R: 5, stride: 2, pad: 3, groups: 2, count: 7,\n"
      "     zero_fraction: 0.25, output_zero_fraction: 1}\n"
      "  - {name: d, type: conv, C: 3, M: 4, H: 8, R: 8, stride: 1}\n");
  const LayerShape& c = network.layers.at(0);
  EXPECT_EQ(c.K, 48 * 5 * 5);
  EXPECT_EQ(c.M, 256);
  EXPECT_EQ(c.count, 7);
  EXPECT_EQ(c.zero_fraction, 0.25);
  EXPECT_EQ(c.output_zero_fraction, 1);
  ASSERT_TRUE(c.conv);
  EXPECT_EQ(c.conv->C, 96);
  EXPECT_EQ(c.conv->H, 27);
  EXPECT_EQ(c.conv->R, 5);
  EXPECT_EQ(c.conv->stride, 2);
  EXPECT_EQ(c.conv->pad, 3);
  EXPECT_EQ(c.conv->groups, 2);
  EXPECT_EQ(c.positions(), 15 * 15);
  const LayerShape& d = network.layers.at(1);
  ASSERT_TRUE(d.conv);
  EXPECT_EQ(d.conv->pad, 0);
  EXPECT_EQ(d.conv->groups, 1);
  EXPECT_EQ(d.count, 1);
  EXPECT_EQ(d.positions(), 1);
  EXPECT_EQ(d.zero_fraction, 0);
}

TEST(NetworkReader, LinearLayersMayStateTheirZeros) {
  const LayerShape layer =
      network_of(
          "layers: [{name: a, type: linear, K: 8, M: 9, zero_fraction: 0.5, output_zero_fraction: 0.75}]")
          .layers.at(0);
  EXPECT_FALSE(layer.conv);
  EXPECT_EQ(layer.positions(), 1);
  EXPECT_EQ(layer.zero_fraction, 0.5);
  EXPECT_EQ(layer.output_zero_fraction, 0.75);
}

TEST(NetworkReader, RefusesConvolutionsThatCannotBe) {
  const auto error = [](const std::string& keys) {
    return network_error("  - {name: c, type: conv, " + keys + "}\n");
  };
  EXPECT_EQ(error("C: 3, M: 96, H: 7, R: 11, stride: 4, pad: 2"), "");
  EXPECT_THAT(error("C: 3, M: 96, H: 7, R: 11, stride: 4, pad: 1"),
              HasSubstr("n.yaml:3: layers[0].R = '11': the filter is larger than the padded input of 9"));
  EXPECT_THAT(error("C: 3, M: 96, H: 227, R: 11, stride: 4, groups: 2"),
              HasSubstr("layers[0].groups = '2': expected a divisor of C = 3 and M = 96"));
  EXPECT_THAT(error("C: 4, M: 9, H: 227, R: 11, stride: 4, groups: 2"), HasSubstr("expected a divisor"));
  EXPECT_THAT(error("C: 3, M: 96, H: 227, R: 11, stride: 4, zero_fraction: 1.5"),
              HasSubstr("zero_fraction = '1.5'"));
  EXPECT_THAT(error("C: 3, M: 96, H: 227, R: 11, stride: 4, output_zero_fraction: -1"),
              HasSubstr("output_zero_fraction = '-1'"));
  EXPECT_THAT(error("C: 3, M: 96, H: 227, R: 0, stride: 4"), HasSubstr("layers[0].R = '0'"));
  EXPECT_THAT(error("C: 3, M: 96, H: 227, R: 11, stride: 0"), HasSubstr("layers[0].stride = '0'"));
  EXPECT_THAT(error("C: 3, M: 96, H: 227, R: 11"), HasSubstr("missing key 'layers[0].stride'"));
  EXPECT_THAT(error("C: 3, M: 96, H: 1e9, R: 11, stride: 4"), HasSubstr("layers[0].H = '1e9'"));
}

TEST(NetworkReader, RefusesWhatCouldNotBeCounted) {
  // 2^39 products are the most: at any size of each factor nothing overflows on the way to the error.
  EXPECT_EQ(network_error("  - {name: c, type: conv, C: 128, M: 128, H: 4096, R: 1, stride: 1, count: 2}\n"),
            "");
  EXPECT_THAT(
      network_error("  - {name: c, type: conv, C: 128, M: 128, H: 4096, R: 1, stride: 1, count: 3}\n"),
      HasSubstr("layers[0].C = '128': C / groups x R x R x M x E x E x count, with outputs of height E = "
                "4096, must be at most 549755813888"));
  EXPECT_THAT(
      network_error("  - {name: c, type: conv, C: 1048576, M: 1048576, H: 65536, R: 65536, stride: 1, "
                    "pad: 65536, count: 65536}\n"),
      HasSubstr("must be at most 549755813888"));
  EXPECT_THAT(network_error("  - {name: c, type: conv, C: 1024, M: 1, H: 65536, R: 1, stride: 65536}\n"),
              HasSubstr("layers[0].H = '65536': C x (H + 2 pad) x (H + 2 pad) x count must be at most"));
  const std::string half = "type: linear, K: 524288, M: 524288}\n";
  EXPECT_EQ(network_error("  - {name: a, " + half + "  - {name: b, " + half), "");
  EXPECT_THAT(network_error("  - {name: a, " + half + "  - {name: b, " + half +
                            "  - {name: d, type: linear, K: 1, M: 1}\n"),
              HasSubstr("n.yaml:5: layers[2].name = 'd': the network's products"));
}

TEST(NetworkReader, ReadsAttentionAndNorms) {
  const std::string layers = "layers: [{name: a, type: linear, K: 8, M: 8}]\n";
  const NetworkConfig plain = network_of(layers);
  EXPECT_FALSE(plain.attention);
  EXPECT_TRUE(plain.norms.empty());
  const NetworkConfig network =
      network_of(layers +
                 "attention: {heads: 8, kv_heads: 2, head_dim: 64, count: 3, window: 9}\n"
                 "norms:\n"
                 "  - {name: first, kind: layer_norm, width: 512, count: 3}\n"
                 "  - {name: last, kind: rms_norm, width: 256}\n");
  ASSERT_TRUE(network.attention);
  EXPECT_EQ(network.attention->heads, 8);
  EXPECT_EQ(network.attention->kv_heads, 2);
  EXPECT_EQ(network.attention->head_dim, 64);
  EXPECT_EQ(network.attention->count, 3);
  EXPECT_EQ(network.attention->window, 9);
  ASSERT_EQ(network.norms.size(), 2u);
  EXPECT_EQ(network.norms[0].name, "first");
  EXPECT_EQ(network.norms[0].kind, NormKind::layer_norm);
  EXPECT_EQ(network.norms[0].width, 512);
  EXPECT_EQ(network.norms[0].count, 3);
  EXPECT_EQ(network.norms[1].kind, NormKind::rms_norm);
  EXPECT_EQ(network.norms[1].count, 1);
}

TEST(NetworkReader, RefusesBadAttentionAndNorms) {
  const auto error = [](const std::string& text) {
    return network_error("  - {name: a, type: linear, K: 8, M: 8}\n" + text);
  };
  EXPECT_THAT(error("attention: {heads: 8, kv_heads: 3, head_dim: 64, count: 3}\n"),
              HasSubstr("n.yaml:4: attention.kv_heads = '3': expected a divisor of heads = 8"));
  EXPECT_THAT(error("attention: {heads: 8, kv_heads: 0, head_dim: 64, count: 3}\n"),
              HasSubstr("attention.kv_heads = '0'"));
  EXPECT_THAT(error("attention: {heads: 8, head_dim: 64, count: 3}\n"),
              HasSubstr("missing key 'attention.kv_heads'"));
  EXPECT_THAT(error("attention: {heads: 8, kv_heads: 2, head_dim: 64, count: 3, window: 0}\n"),
              HasSubstr("attention.window = '0'"));
  EXPECT_THAT(error("attention: {heads: 65536, kv_heads: 1, head_dim: 64, count: 3}\n"),
              HasSubstr("attention.head_dim = '64': heads x head_dim must be at most 1048576"));
  EXPECT_THAT(error("norms:\n  - {name: n, kind: soft_max, width: 8}\n"),
              HasSubstr("norms[0].kind = 'soft_max': expected one of layer_norm, rms_norm"));
  EXPECT_THAT(error("norms:\n  - {name: n, kind: rms_norm, width: 0}\n"), HasSubstr("norms[0].width = '0'"));
  EXPECT_THAT(error("norms:\n  - {name: n, kind: rms_norm, width: 8}\n"
                    "  - {name: n, kind: rms_norm, width: 8}\n"),
              HasSubstr("n.yaml:6: norms[1].name = 'n': another norm has this name"));
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
