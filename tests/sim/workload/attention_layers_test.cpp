#include "sim/workload/attention_layers.h"

#include <gmock/gmock.h>

#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

// LLaMA-2-70B: 80 blocks, 64 heads of 128 in 8 groups.
constexpr AttentionShape kGrouped{64, 8, 128, 80};

TEST(Attention, ATokenReadsEachCacheOnceForTheHeadsThatShareIt) {
  const auto layers = attention_layers(kGrouped, 1000, 1);
  ASSERT_EQ(layers.size(), 2u);
  const LayerShape& qk = layers[0].shape;
  EXPECT_EQ(qk.name, "attention.qk");
  EXPECT_EQ(qk.K, 128);
  EXPECT_EQ(qk.M, 1000);
  EXPECT_EQ(qk.count, 8 * 80);
  EXPECT_EQ(layers[0].inputs, 8);
  const LayerShape& av = layers[1].shape;
  EXPECT_EQ(av.name, "attention.av");
  EXPECT_EQ(av.K, 1000);
  EXPECT_EQ(av.M, 128);
  EXPECT_EQ(av.count, 8 * 80);
  EXPECT_EQ(layers[1].inputs, 8);
}

TEST(Attention, CachesHoldTheKeysAndValuesOfEveryPosition) {
  int64_t bytes = 0;
  for (const AttentionLayer& layer : attention_layers(kGrouped, 1000, 1))
    bytes += stored_bits(layer.shape, Encoding{}).total() / 8 * layer.shape.count;
  EXPECT_EQ(bytes,
            int64_t{2} * 2 * 80 * 1000 * 8 * 128);  // K and V, 2 bytes, blocks, positions, heads' width
}

TEST(Attention, ProductsDependOnHeadsAndTokensNotOnTheirGroups) {
  const auto products = [](int64_t kv_heads, int64_t tokens) {
    int64_t sum = 0;
    for (const auto& [shape, inputs] : attention_layers({64, kv_heads, 128, 80}, 4096, tokens))
      sum += shape.K * shape.M * shape.count * inputs;
    return sum;
  };
  for (const int64_t kv_heads : {1, 8, 64}) {
    EXPECT_EQ(products(kv_heads, 1), int64_t{2} * 80 * 64 * 128 * 4096);
    EXPECT_EQ(products(kv_heads, 4096), 4096 * products(kv_heads, 1));
  }
}

TEST(Attention, AWindowLimitsThePositionsThatAreRead) {
  AttentionShape attention = kGrouped;
  attention.window = 512;
  const auto positions = [&](int64_t context, int64_t tokens) {
    const auto layers = attention_layers(attention, context, tokens);
    EXPECT_EQ(layers[0].shape.M, layers[1].shape.K);
    return layers[0].shape.M;
  };
  EXPECT_EQ(positions(1000, 1), 512);
  EXPECT_EQ(positions(512, 1), 512);
  EXPECT_EQ(positions(100, 1), 100);
  EXPECT_EQ(positions(1000, 2), 513) << "the first new token sees one position that the second does not";
  EXPECT_EQ(positions(1000, 1000), 1000);
}

TEST(Attention, RefusesWhatCannotBe) {
  const auto error = [](int64_t context, int64_t tokens) {
    return input_error_of([&] { attention_layers(kGrouped, context, tokens); });
  };
  EXPECT_EQ(error(16, 16), "");
  EXPECT_THAT(error(0, 1), HasSubstr("--context 0: expected a whole number from 1 to 1048576"));
  EXPECT_THAT(error((1 << 20) + 1, 1), HasSubstr("--context 1048577"));
  EXPECT_THAT(error(16, 0), HasSubstr("--tokens 0: expected at least 1"));
  EXPECT_THAT(error(16, 17), HasSubstr("--context 16: must be at least the 17 new tokens"));
}

TEST(Attention, RefusesOnlyProductsThatCannotBeCounted) {
  // 2 products x 2^10 heads x 2^10 wide x 2^7 blocks x 2^20 positions x 2^11 tokens = 2^59.
  constexpr AttentionShape wide{1 << 10, 1, 1 << 10, 1 << 7};
  EXPECT_EQ(input_error_of([&] { attention_layers(wide, 1 << 20, 1 << 11); }), "");
  EXPECT_THAT(input_error_of([&] { attention_layers(wide, 1 << 20, (1 << 11) + 1); }),
              HasSubstr("at most 2048 tokens can be counted"));
}

}  // namespace
}  // namespace eyeshift
