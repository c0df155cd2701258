#include "traces/format/layer.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/numbers/bits.h"
#include "base/numbers/fixed_point.h"
#include "tests/traces/format/layers_of_codes.h"

namespace eyeshift {
namespace {

using ::testing::ElementsAre;
using testing::encoding_of;
using testing::power_of_two;
using testing::with_group_index;
using testing::with_zeros;

TEST(Bits, PackLeastSignificantFirstWithoutGaps) {
  std::vector<uint8_t> packed(packed_bytes(4, 3));
  for (int64_t i = 0; i < 4; ++i) pack_code(packed.data(), i, 3, static_cast<uint32_t>(i + 4));
  // 100 101 110 111 from the low end: 10 101 100, then 0000 111 1.
  EXPECT_THAT(packed, ElementsAre(0b10101100, 0b00001111));
  for (int64_t i = 0; i < 4; ++i) EXPECT_EQ(unpack_code(packed.data(), i, 3), i + 4);
}

TEST(Bits, SixteenBitCodesAreLittleEndian) {
  std::vector<uint8_t> packed(packed_bytes(2, 16));
  pack_code(packed.data(), 0, 16, 0x8001);
  pack_code(packed.data(), 1, 16, 0x7ffe);
  EXPECT_THAT(packed, ElementsAre(0x01, 0x80, 0xfe, 0x7f));
  EXPECT_EQ(unpack_code(packed.data(), 0, 16), 0x8001u);
  EXPECT_EQ(unpack_code(packed.data(), 1, 16), 0x7ffeu);
}

TEST(Coding, NamesAreOneToOne) {
  EXPECT_THAT(coding_names(), ElementsAre("fp16", "int8", "int16", "uniform", "binary"));
  for (const Coding coding :
       {Coding::fp16, Coding::int8, Coding::int16, Coding::uniform, Coding::binary, Coding::none})
    EXPECT_EQ(coding_from_name(name_of(coding)), coding);
  EXPECT_EQ(name_of(Coding::binary), "binary");
  EXPECT_EQ(coding_from_name("int"), std::nullopt);
  EXPECT_EQ(coding_from_name(""), std::nullopt);
}

TEST(FixedPoint, ExponentIsTheSmallestThatHolds) {
  EXPECT_EQ(fixed_point_exponent(32767), 0);
  EXPECT_EQ(fixed_point_exponent(32767.5), 1);
  EXPECT_EQ(fixed_point_exponent(32768), 1);
  EXPECT_EQ(fixed_point_exponent(16384), 0);
  EXPECT_EQ(fixed_point_exponent(16383.5), -1);
  EXPECT_EQ(fixed_point_exponent(1), -14);
  EXPECT_EQ(fixed_point_exponent(0), -15);
  for (double magnitude = 1e-6; magnitude < 1e6; magnitude *= 1.0371) {
    const int exponent = fixed_point_exponent(magnitude);
    EXPECT_LE(magnitude / std::exp2(exponent), 32767) << magnitude;
    EXPECT_GT(magnitude / std::exp2(exponent - 1), 32767) << magnitude;
  }
}

TEST(FixedPoint, CodesRoundTiesToEvenAndSaturate) {
  EXPECT_EQ(fixed_point_code(0.625, -2), 2);  // 2.5
  EXPECT_EQ(fixed_point_code(0.875, -2), 4);  // 3.5
  EXPECT_EQ(fixed_point_code(-0.625, -2), -2);
  EXPECT_EQ(fixed_point_code(12, 3), 2);  // 1.5
  EXPECT_EQ(fixed_point_code(1e9, 0), 32767);
  EXPECT_EQ(fixed_point_code(-1e300, 0), -32768);
  EXPECT_EQ(fixed_point_code(32767.49, 0), 32767);
  EXPECT_EQ(fixed_point_code(32767.5, 0), 32767);
}

TEST(PowerOfTwo, TermsAreSignAndExponent) {
  EXPECT_EQ(pot_value(0), 0.0f);
  EXPECT_EQ(pot_value(64), 1.0f);
  EXPECT_EQ(pot_value(64 - 10), 0x1p-10f);
  EXPECT_EQ(pot_value(0x80 | (64 + 3)), -8.0f);
  EXPECT_EQ(pot_value(127), 0x1p63f);
  EXPECT_EQ(pot_value(0x80 | 1), -0x1p-63f);
}

TEST(StoredBits, CountPaddingScalesAndZeros) {
  const LayerShape shape{"l", 20, 18, 1};
  const auto check = [&](const Encoding& e, int64_t weights, int64_t scales, int64_t zeros, int64_t index) {
    const StoredBits stored = stored_bits(shape, e);
    EXPECT_EQ(stored.weights, weights);
    EXPECT_EQ(stored.scales, scales);
    EXPECT_EQ(stored.zeros, zeros);
    EXPECT_EQ(stored.group_index, index);
    EXPECT_DOUBLE_EQ(bits_per_weight(shape, e), static_cast<double>(weights + scales + zeros + index) / 360);
  };
  check(Encoding{}, 18 * 20 * 16, 0, 0, 0);
  check(encoding_of(Coding::int8, 8, 1, 20, 16), 18 * 160, 18 * 16, 0, 0);
  check(encoding_of(Coding::int16, 16, 18, 20, 16), 18 * 20 * 16, 16, 0, 0);
  check(encoding_of(Coding::int16, 16, 18, 20, 32), 18 * 20 * 16, 32, 0, 0);
  check(with_zeros(encoding_of(Coding::uniform, 3, 1, 20, 16)), 18 * 64, 18 * 16, 18 * 3,
        0);  // 60 bits in 8 bytes
  check(with_zeros(encoding_of(Coding::uniform, 3, 18, 1, 32)), 18 * 64, 20 * 32, 20 * 3, 0);
  check(with_group_index(encoding_of(Coding::uniform, 2, 1, 8, 16), 2), 18 * 40, 18 * 3 * 16, 0, 40);
  check(encoding_of(Coding::binary, 3, 1, 20, 16), 3 * 18 * 24, 3 * 18 * 16, 0, 0);  // keys of 8: 24 columns
  check(power_of_two(encoding_of(Coding::binary, 3, 3, 8, 8), 3), 3 * 18 * 24, 3 * 6 * 3 * 24, 0, 0);
}

TEST(StoredBits, AgreeWithTheLiterature) {
  const auto bits = [](const Encoding& e) { return bits_per_weight({"l", 1024, 1024, 1}, e); };
  EXPECT_DOUBLE_EQ(bits(with_zeros(encoding_of(Coding::uniform, 3, 1, 128, 16))), 3 + 19.0 / 128);
  EXPECT_DOUBLE_EQ(bits(encoding_of(Coding::binary, 3, 1, 128, 16)), 3 * (1 + 16.0 / 128));
  EXPECT_DOUBLE_EQ(bits(power_of_two(encoding_of(Coding::binary, 2, 1024, 1, 8), 3)), 2 * (1 + 24.0 / 1024));
}

TEST(Encoding, DiffersInEveryField) {
  const Encoding one = with_zeros(encoding_of(Coding::uniform, 3, 1, 128, 16));
  EXPECT_TRUE(one == with_zeros(encoding_of(Coding::uniform, 3, 1, 128, 16)));
  EXPECT_TRUE(one != encoding_of(Coding::uniform, 3, 1, 128, 16));
  EXPECT_TRUE(one != with_zeros(encoding_of(Coding::uniform, 3, 1, 64, 16)));
  EXPECT_TRUE(one != with_zeros(encoding_of(Coding::uniform, 3, 1, 128, 32)));
  EXPECT_TRUE(one != with_group_index(one, 4));
}

TEST(Decode, Int8IsTwosComplement) {
  Layer layer;
  layer.shape = {"l", 3, 1, 1};
  layer.encoding = encoding_of(Coding::int8, 8, 1, 3, 16);
  layer.codes = {127, 0x81, 0};
  layer.scales = {0.5f};
  EXPECT_THAT(decode(layer), ElementsAre(63.5f, -63.5f, 0.0f));
}

TEST(Decode, Int16IsTwosComplementWithOneScale) {
  Layer layer;
  layer.shape = {"l", 2, 2, 1};
  layer.encoding = encoding_of(Coding::int16, 16, 2, 2, 16);
  layer.codes = {0xff, 0x7f, 0x00, 0x80, 0x01, 0x00, 0xff, 0xff};
  layer.scales = {0x1p-10f};
  EXPECT_THAT(decode(layer), ElementsAre(32767 * 0x1p-10f, -32.0f, 0x1p-10f, -0x1p-10f));
}

TEST(Decode, UniformSubtractsTheZeroPoint) {
  Layer layer;
  layer.shape = {"l", 4, 1, 1};
  layer.encoding = with_zeros(encoding_of(Coding::uniform, 2, 1, 2, 16));
  layer.codes = {0b11100100};  // 0, 1, 2, 3
  layer.scales = {1.0f, 0.25f};
  layer.zeros = {1, 2};
  EXPECT_THAT(decode(layer), ElementsAre(-1.0f, 0.0f, 0.0f, 0.25f));
  layer.encoding.zero_bits = 0;
  layer.zeros.clear();
  EXPECT_THAT(decode(layer), ElementsAre(-2.0f, -1.0f, 0.0f, 0.25f));
  layer.group_index = {1, 0, 1, 0};
  EXPECT_THAT(decode(layer), ElementsAre(-0.5f, -1.0f, 0.0f, 1.0f));
}

TEST(Decode, BinarySumsThePlanes) {
  Layer layer;
  layer.shape = {"l", 9, 2, 1};
  layer.encoding = power_of_two(encoding_of(Coding::binary, 2, 1, 8, 8), 2);
  // Plane 0: row 0 +...+, row 1 -...-; plane 1: column 0 and column 8 are +1.
  layer.planes = {0xff, 0x01, 0x00, 0x00, 0x01, 0x01, 0x01, 0x01};
  // Scales [plane][row][key]: 4 + 1/2, 2; then 1 - 1/4, 1/8.
  layer.pot = {66, 63, 65, 0, 66, 63, 65, 0, 64, 0x80 | 62, 61, 0, 64, 0x80 | 62, 61, 0};
  const std::vector<float> weights = decode(layer);
  EXPECT_EQ(weights[0], 4.5f + 0.75f);
  EXPECT_EQ(weights[1], 4.5f - 0.75f);
  EXPECT_EQ(weights[8], 2.0f + 0.125f);
  EXPECT_EQ(weights[9], -4.5f + 0.75f);
  EXPECT_EQ(weights[16], -4.5f - 0.75f);
  EXPECT_EQ(weights[17], -2.0f + 0.125f);
}

}  // namespace
}  // namespace eyeshift
