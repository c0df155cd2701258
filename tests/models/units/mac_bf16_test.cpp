#include <gmock/gmock.h>

#include <cmath>

#include "base/numbers/half.h"
#include "models/pe/unit.h"
#include "sim/replay/replay.h"

namespace eyeshift {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kLatency = 5;

AcceleratorConfig machine(int rows, int cols, Accumulator accumulator = Accumulator::fp32) {
  AcceleratorConfig config;
  config.name = "by hand";
  config.clocks = {1000000, 1000000};
  config.array.rows = rows;
  config.array.cols = cols;
  config.array.units = {"mac-bf16"};
  config.array.accumulator = accumulator;
  config.spad_words = {64, 16, 16, 0};
  config.noc_bits = {64, 16, 64, 64, 64};
  config.glb = {64, 2, 8, 64, true};
  config.dram = {64, static_cast<int>(kLatency), 8};
  return config;
}

ReplayJob job_of(int64_t K, int64_t M, int64_t tokens, const Mapping& mapping) {
  ReplayJob job;
  job.shape = {"layer", K, M, 1};
  job.encoding.group_rows = job.encoding.group_cols = 1;
  job.tokens = tokens;
  job.unit = "mac-bf16";
  job.mapping = mapping;
  return job;
}

// The outputs [tokens, M] on one PE.
std::vector<uint16_t> outputs(const std::vector<uint16_t>& weights, const std::vector<uint16_t>& inputs,
                              int64_t K, int64_t M, int64_t tokens,
                              Accumulator accumulator = Accumulator::fp32) {
  ReplayJob job = job_of(K, M, tokens, {M, tokens, 1, M, K, 1, 1});
  Layer layer;
  layer.shape = job.shape;
  layer.encoding = job.encoding;
  layer.weight = weights;
  job.layer = &layer;
  job.inputs = &inputs;
  return replay(machine(1, 1, accumulator), {job}, 1).front().outputs;
}

uint16_t half(double value) { return half_from_float(static_cast<float>(value)); }

// The nearest number with 8 bits of significand, ties to even, by arithmetic on the number instead of its
// bits.
double with_8_bits(double value) {
  int exponent = 0;
  const double significand = std::frexp(value, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(significand, 8)), exponent - 8);
}

TEST(MacBf16, RoundsWeightsAndInputsTo8BitsOfSignificand) {
  // 257/256 lies half way between 1 and 129/128: to the even 1. 259/256 lies half way between 129/128 and
  // 130/128: to 130/128. 1025/1024 lies nearer 1.
  const std::vector<uint16_t> one = {half(1)};
  EXPECT_THAT(outputs({half(257.0 / 256)}, one, 1, 1, 1), ElementsAre(half(1)));
  EXPECT_THAT(outputs({half(259.0 / 256)}, one, 1, 1, 1), ElementsAre(half(130.0 / 128)));
  EXPECT_THAT(outputs({half(1025.0 / 1024)}, one, 1, 1, 1), ElementsAre(half(1)));
  EXPECT_THAT(outputs(one, {half(-259.0 / 256)}, 1, 1, 1), ElementsAre(half(-130.0 / 128)));
  // The largest half, 65504, rounds up to 65536: as a product with 1/2 it is within half precision again.
  EXPECT_THAT(outputs({half(65504)}, {half(0.5)}, 1, 1, 1), ElementsAre(half(32768)));
  // A subnormal half is a normal bfloat16: 1023 x 2^-24 rounds to 1024 x 2^-24.
  EXPECT_THAT(outputs({0x03ff}, {half(1024)}, 1, 1, 1), ElementsAre(half(1024.0 * 1024 * 0x1p-24)));
}

TEST(MacBf16, EqualsAnIndependentSumBitForBit) {
  const int64_t K = 13, M = 4, tokens = 3;
  std::vector<uint16_t> weights, inputs;
  for (int64_t i = 0; i < K * M; ++i) weights.push_back(half(std::sin(0.7 * static_cast<double>(i))));
  for (int64_t i = 0; i < K * tokens; ++i) inputs.push_back(half(3 * std::cos(1.3 * static_cast<double>(i))));
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16}) {
    const auto rounded = [accumulator](double value) {
      const auto single = static_cast<float>(value);
      return static_cast<double>(accumulator == Accumulator::fp16 ? float_from_half(half_from_float(single))
                                                                  : single);
    };
    std::vector<uint16_t> expected;
    for (int64_t token = 0; token < tokens; ++token)
      for (int64_t m = 0; m < M; ++m) {
        double sum = 0;
        for (int64_t k = 0; k < K; ++k) {
          const double weight = with_8_bits(float_from_half(weights[static_cast<size_t>(m * K + k)]));
          const double input = with_8_bits(float_from_half(inputs[static_cast<size_t>(token * K + k)]));
          sum = rounded(sum + rounded(weight * input));
        }
        expected.push_back(half(sum));
      }
    EXPECT_EQ(outputs(weights, inputs, K, M, tokens, accumulator), expected);
  }
}

TEST(MacBf16, TakesACycleAWeight) {
  // As tests/models/machine/cycles_test.cpp counts a way from DRAM and back: four weights are one word, in
  // the PE at 9 + L; two inputs of two weights each take four cycles, the second output's chain one more, and
  // 4 lead to DRAM.
  const LayerResult result =
      replay(machine(1, 1), {job_of(2, 2, 1, {2, 1, 1, 2, 2, 1, 1})}, 1).front().result;
  EXPECT_EQ(result.cycles, 9 + kLatency + 2 * 2 + 1 + 4);
  EXPECT_EQ(result.macs, 4);
  EXPECT_EQ(result.actions[Action::multiply_fp16_weights], 4);
  EXPECT_EQ(result.actions[Action::add_fp32_psums], 4);
}

TEST(MacBf16, RunsHalfPrecisionWeightsOnly) {
  Encoding codes;
  codes.coding = Coding::uniform;
  EXPECT_THAT(*Registry<Unit>::instance().find("mac-bf16", "unit").cannot_run(codes, machine(1, 1)),
              HasSubstr("half precision only"));
}

}  // namespace
}  // namespace eyeshift
