#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/support/test_files.h"
#include "tests/traces/quantizers/support.h"
#include "traces/decoders/family.h"
#include "traces/format/trace_file.h"
#include "traces/network/perplexity.h"
#include "traces/network/tokens.h"
#include "traces/run/quantize_network.h"

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing_support::decoded;
using testing_support::quantize;
using testing_support::random_matrix;

QuantizeOptions with_scales_of(int scale_bits) {
  QuantizeOptions options;
  options.scale_bits = scale_bits;
  return options;
}

TEST(Int16Quantizer, StoresLittleEndianTwosComplement) {
  MatrixXd W(2, 2);
  W << 32767, -32767, 2.5, -1;
  const Layer layer = quantize("int16", W, {}, {});
  EXPECT_THAT(layer.scales, ElementsAre(1.0f));
  EXPECT_THAT(layer.codes, ElementsAre(0xff, 0x7f, 0x01, 0x80, 2, 0, 0xff, 0xff));
  EXPECT_EQ(layer.encoding.group_rows, 2);
  EXPECT_EQ(layer.encoding.group_cols, 2);
  EXPECT_EQ(stored_bits(layer.shape, layer.encoding).total(), 4 * 16 + 16);
}

TEST(Int16Quantizer, ErrsByHalfAStepOfTheFinestScaleThatHolds) {
  for (const int scale_bits : {16, 32}) {
    for (const double magnitude : {1e-2, 0.7, 1.0, 3.0, 1e4}) {
      const MatrixXd W = magnitude * random_matrix(37, 29, 1);
      const Layer layer = quantize("int16", W, {}, with_scales_of(scale_bits));
      ASSERT_EQ(layer.scales.size(), 1u);
      const auto scale = static_cast<double>(layer.scales.front());
      const double exponent = std::log2(scale);
      EXPECT_EQ(exponent, std::floor(exponent)) << "not a power of two: " << scale;
      const double largest = W.cwiseAbs().maxCoeff();
      EXPECT_LE(largest, 32767 * scale);
      EXPECT_GT(largest, 32767 * scale / 2);
      const double worst = (W - decoded(layer)).cwiseAbs().maxCoeff();
      EXPECT_LE(worst, scale / 2);
      EXPECT_GT(worst, 0.45 * scale) << "1073 weights come close to the bound";
    }
  }
}

TEST(Int16Quantizer, CommutesWithPowersOfTwo) {
  const MatrixXd W = random_matrix(9, 14, 2);
  const Layer one = quantize("int16", W, {}, {});
  for (const int shift : {-8, -1, 3, 20}) {
    const Layer shifted = quantize("int16", std::exp2(shift) * W, {}, {});
    EXPECT_EQ(shifted.codes, one.codes);
    EXPECT_EQ(shifted.scales.front(), std::ldexp(one.scales.front(), shift));
  }
}

TEST(Int16Quantizer, IsExactOnItsOwnGrid) {
  const MatrixXd W = decoded(quantize("int16", random_matrix(12, 7, 3), {}, {}));
  EXPECT_EQ(decoded(quantize("int16", W, {}, {})), W);
}

TEST(Int16Quantizer, ZeroWeightsTakeAScaleOfTwoToMinus15) {
  for (const int scale_bits : {16, 32}) {
    const Layer layer = quantize("int16", MatrixXd::Zero(3, 5), {}, with_scales_of(scale_bits));
    EXPECT_THAT(layer.scales, ElementsAre(0x1p-15f));
    EXPECT_EQ(layer.codes, std::vector<uint8_t>(30));
  }
}

TEST(Int16Quantizer, ScalesEndWithTheirType) {
  const auto scale_of = [](double weight, int scale_bits) {
    return quantize("int16", MatrixXd::Constant(1, 1, weight), {}, with_scales_of(scale_bits)).scales.front();
  };
  EXPECT_EQ(scale_of(1e-9, 16), 0x1p-24f);
  EXPECT_EQ(scale_of(1e-9, 32), 0x1p-44f);
  EXPECT_EQ(scale_of(1e-300, 32), 0x1p-126f);
  EXPECT_EQ(scale_of(0x1.fffcp29, 16), 0x1p15f);
  EXPECT_EQ(scale_of(0x1.fffcp127, 32), 0x1p113f);
  EXPECT_TRUE(decoded(quantize("int16", MatrixXd::Constant(1, 1, -0x1.fffcp127), {}, with_scales_of(32)))
                  .allFinite());
  EXPECT_THAT(error_of([&] { scale_of(-0x1p30, 16); }),
              AllOf(HasSubstr("layer 'layer'"), HasSubstr("2^16"), HasSubstr("end at 2^15"),
                    HasSubstr("--scale-type f32")));
  EXPECT_THAT(error_of([&] { scale_of(0x1p128, 32); }),
              AllOf(HasSubstr("2^114"), HasSubstr("check the weights for outliers")));
}

TEST(Int16Quantizer, TracesAreReadAsWritten) {
  const testing::TemporaryFolder folder;
  Trace trace;
  trace.network = "made-up";
  trace.scheme = "int16";
  for (const int scale_bits : {16, 32}) {
    trace.layers.push_back(quantize("int16", random_matrix(11, 5, 4), {}, with_scales_of(scale_bits)));
    trace.layers.back().shape.name += std::to_string(scale_bits);
  }
  write_trace(folder / "t", trace);
  const Trace read = read_trace(folder / "t");
  ASSERT_EQ(read.layers.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(read.layers[i].encoding == trace.layers[i].encoding);
    EXPECT_EQ(read.layers[i].codes, trace.layers[i].codes);
    EXPECT_EQ(decode(read.layers[i]), decode(trace.layers[i]));
  }
}

TEST(Int16Quantizer, KeepsThePerplexityOfHalfPrecision) {
  const std::filesystem::path traces = testing::project_file("traces");
  const auto perplexity_of = [&](const std::string& scheme) {
    const auto network = load_network(traces / "checkpoints" / "opt-tiny");
    Tokens tokens = load_tokens(traces / "text" / "evaluation.txt", network->vocabulary());
    tokens.resize(2 * 512);
    const Trace trace = quantize_network(*network, scheme, {}, {tokens.begin(), tokens.begin() + 64}, "text");
    EXPECT_EQ(trace.layers.front().encoding.scheme, scheme);
    return perplexity(*network, tokens, 512).perplexity;
  };
  EXPECT_NEAR(perplexity_of("int16"), perplexity_of("fp16"), 1e-3);
}

}  // namespace
}  // namespace eyeshift
