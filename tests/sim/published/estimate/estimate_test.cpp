#include <gmock/gmock.h>

#include <limits>

#include "base/errors.h"
#include "sim/published/estimate/estimator.h"
#include "sim/published/estimate/published_energies.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

// 4 tokens, 6 inputs, 24 outputs; 2 x 2, (3, 2, 1), (2, 3, 2, 2).
const LoopBounds kBounds{4, 6, 24};
const LoopTiling kTiling{2, 2, 2, 3, 2, 2, 3, 2, 1};

TEST(Accesses, FollowTheEquationsByHand) {
  const PerLevel words = accesses(kBounds, kTiling);
  // I = 24, W = 144, O = 96.
  EXPECT_EQ(words.compute, 4 * 6 * 24);
  EXPECT_EQ(words.dram.inputs, 2 * 24);    // m3 I
  EXPECT_EQ(words.dram.weights, 2 * 144);  // n3 W
  EXPECT_EQ(words.dram.outputs, 96);       // O
  EXPECT_EQ(words.glb.inputs, 4 * 24);     // m3 m2 I
  EXPECT_EQ(words.glb.weights, 0);
  EXPECT_EQ(words.glb.outputs, 96);       // 2 (c2 - 1) is 0: at least 1
  EXPECT_EQ(words.noc.inputs, 12 * 24);   // m3 m2 m1 I
  EXPECT_EQ(words.noc.weights, 2 * 144);  // n3 W
  EXPECT_EQ(words.noc.outputs, 96);       // c2 (c1 - 1) = 1
  EXPECT_EQ(words.rf.inputs, 24 * 24);    // M I
  EXPECT_EQ(words.rf.weights, 4 * 144);   // N W
  EXPECT_EQ(words.rf.outputs, 8 * 96);    // 2 c2 c1 (c0 - 1) = 8
  EXPECT_EQ(steps(kTiling), 2 * 2 * 2 * 2 * 2 * 3 * 1);
}

// Every tiling of the bounds, by nested loops over all numbers.
template <typename Visit>
void for_every_tiling(const LoopBounds& b, const Visit& visit) {
  for (int64_t n0 = 1; n0 <= b.N; ++n0)
    for (int64_t m0 = 1; m0 <= b.M; ++m0)
      for (int64_t m1 = 1; m0 * m1 <= b.M; ++m1)
        for (int64_t m2 = 1; m0 * m1 * m2 <= b.M; ++m2)
          for (int64_t c0 = 1; c0 <= b.C; ++c0)
            for (int64_t c1 = 1; c0 * c1 <= b.C; ++c1) {
              const LoopTiling t{n0, b.N / n0, m0, m1, m2, b.M / (m0 * m1 * m2), c0, c1, b.C / (c0 * c1)};
              if (t.n0 * t.n3 == b.N && m0 * m1 * m2 * t.m3 == b.M && c0 * c1 * t.c2 == b.C) visit(t);
            }
}

bool fits(const LoopTiling& t, const TilingLimits& limits) {
  return t.m0 <= limits.rf_outputs && t.c0 < limits.rf_inputs && t.m0 * t.c0 < limits.rf_weights &&
         t.m1 * t.c1 < limits.pes && t.n0 * (t.c1 * t.c0 + t.m2 * t.m1 * t.m0) < limits.glb_words;
}

double energy_pJ(const LoopBounds& bounds, const LoopTiling& tiling, const PerLevel& energies) {
  return sum(product(accesses(bounds, tiling), energies));
}

class BestTiling : public testing::TestWithParam<LoopBounds> {};

TEST_P(BestTiling, HasTheLeastScoreOfAll) {
  const LoopBounds bounds = GetParam();
  const PerLevel energies = published_energies_pJ({"", OperationKind::fully_connected, {}, bounds, 16});
  // Tight enough that every limit rules out some tilings.
  const TilingLimits limits{6, 5, 12, 10, 40};
  double most_energy = 0, least_energy = std::numeric_limits<double>::infinity();
  double most_steps = 0, least_steps = std::numeric_limits<double>::infinity();
  int valid = 0, invalid = 0;
  for_every_tiling(bounds, [&](const LoopTiling& t) {
    if (!fits(t, limits)) {
      ++invalid;
      return;
    }
    ++valid;
    const double energy = energy_pJ(bounds, t, energies);
    most_energy = std::max(most_energy, energy);
    least_energy = std::min(least_energy, energy);
    most_steps = std::max(most_steps, steps(t));
    least_steps = std::min(least_steps, steps(t));
  });
  ASSERT_GT(valid, 10);
  ASSERT_GT(invalid, 10);
  const auto score = [&](const LoopTiling& t) {
    return (energy_pJ(bounds, t, energies) - least_energy) / most_energy +
           (steps(t) - least_steps) / most_steps;
  };
  const LoopTiling best = best_tiling(bounds, limits, energies);
  EXPECT_TRUE(fits(best, limits));
  EXPECT_EQ(best.n0 * best.n3, bounds.N);
  EXPECT_EQ(best.m0 * best.m1 * best.m2 * best.m3, bounds.M);
  EXPECT_EQ(best.c0 * best.c1 * best.c2, bounds.C);
  for_every_tiling(bounds, [&](const LoopTiling& t) {
    if (!fits(t, limits)) return;
    EXPECT_GE(score(t), score(best) - 1e-12);
  });
}

INSTANTIATE_TEST_SUITE_P(Bounds, BestTiling,
                         testing::Values(LoopBounds{1, 12, 48}, LoopBounds{8, 12, 12}, LoopBounds{6, 30, 36},
                                         LoopBounds{12, 48, 2}));

TEST(PublishedEnergies, AWordHasTheOperationsWidth) {
  const PerLevel half = published_energies_pJ({"", OperationKind::fully_connected, {}, {}, 16});
  EXPECT_DOUBLE_EQ(half.compute, 1.1);
  EXPECT_DOUBLE_EQ(half.dram.weights, 200);
  EXPECT_DOUBLE_EQ(half.glb.outputs, 22.2);
  EXPECT_DOUBLE_EQ(half.noc.inputs, 7.4);
  EXPECT_DOUBLE_EQ(half.noc.outputs, 3.7);
  EXPECT_DOUBLE_EQ(half.rf.inputs, 3.7);
  EXPECT_DOUBLE_EQ(half.rf.weights, 7.4);
  const PerLevel three = published_energies_pJ({"", OperationKind::fully_connected, {}, {}, 3});
  EXPECT_DOUBLE_EQ(three.compute, 1.1);
  EXPECT_DOUBLE_EQ(three.dram.inputs, 37.5);
  const PerLevel shift = published_energies_pJ({"", OperationKind::shift, {}, {}, 16});
  EXPECT_DOUBLE_EQ(shift.compute, 0.15);
  EXPECT_DOUBLE_EQ(shift.dram.weights, 125);  // 10 bits
  for (const OperationKind kind :
       {OperationKind::add, OperationKind::lut_query, OperationKind::elementwise_multiply}) {
    const PerLevel on_chip = published_energies_pJ({"", kind, {}, {}, 16});
    EXPECT_EQ(sum(on_chip.dram) + sum(on_chip.glb) + on_chip.noc.inputs + on_chip.noc.weights, 0);
    EXPECT_DOUBLE_EQ(on_chip.noc.outputs, 3.7);
    EXPECT_DOUBLE_EQ(on_chip.rf.weights, 7.4);
  }
}

TEST(PublishedLimits, NarrowWordsHaveMoreRoom) {
  EXPECT_EQ(published_limits(16).pes, 192);
  EXPECT_EQ(published_limits(3).pes, 768);
  EXPECT_EQ(published_limits(16).glb_words, 65536);
  EXPECT_EQ(published_limits(2).rf_inputs, 24);
}

std::string listed(const std::vector<Operation>& operations) {
  std::string text;
  for (const Operation& o : operations)
    text += name_of(o.kind) + "/" + name_of(o.role) + "(" + std::to_string(o.bounds.C) + "," +
            std::to_string(o.bounds.M) + "," + std::to_string(o.bounds.N) + ")@" + std::to_string(o.bits) +
            " ";
  return text;
}

TEST(LayerOperations, AreThoseOfTheReleasedEstimator) {
  const LayerShape shape{"fc", 80, 24};
  EXPECT_EQ(listed(layer_operations(shape, "fp16", 16, 1)), "fc/multiply(80,24,1)@16 add/add(80,24,1)@16 ");
  EXPECT_EQ(listed(layer_operations(shape, "optq", 3, 1)), "fc/multiply(80,24,1)@3 add/add(80,24,1)@16 ");
  EXPECT_EQ(listed(layer_operations(shape, "lut-gemm", 3, 1)),
            "fc/lut_build(8,1,10)@16 add/lut_build(8,1,10)@16 add/lut_build(1,255,10)@16 "
            "lut/lut_query(24,3,10)@16 fc/multiply(24,3,10)@16 add/add(10,24,1)@16 ");
  EXPECT_EQ(listed(layer_operations(shape, "shiftaddllm", 2, 7)),
            "fc/lut_build(8,1,70)@16 add/lut_build(8,1,70)@16 add/lut_build(1,255,70)@16 "
            "lut/lut_query(24,2,70)@16 shift/shift(24,2,70)@16 add/add(10,24,7)@16 ");
}

TEST(LayerOperations, RefuseWhatTheEstimatorHasNot) {
  const LayerShape shape{"fc", 80, 24};
  const auto refusal = [](const LayerShape& layer, const std::string& scheme, int bits) -> std::string {
    try {
      layer_operations(layer, scheme, bits, 1);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal(shape, "gptq", 3), HasSubstr("known are fp16, lut-gemm, optq, shiftaddllm"));
  EXPECT_THAT(refusal(shape, "fp16", 8), HasSubstr("'fp16' has 16"));
  EXPECT_THAT(refusal(shape, "optq", 9), HasSubstr("1 to 8"));
  EXPECT_THAT(refusal({"fc", 7, 24}, "shiftaddllm", 3), HasSubstr("layer 'fc' has 7 inputs"));
  LayerShape conv{"conv", 9, 4};
  conv.conv = Convolution{1, 5, 3};
  EXPECT_THAT(refusal(conv, "optq", 3), HasSubstr("'conv' is a convolution"));
}

NetworkConfig small_network() {
  NetworkConfig network;
  network.name = "small";
  for (const char* name : {"q_proj", "k_proj", "v_proj", "out_proj"})
    network.layers.push_back({name, 16, 16, 2});
  network.layers.push_back({"fc1", 16, 32, 2});
  network.layers.push_back({"lm_head", 16, 48, 1});
  network.norms = {{"norm", NormKind::layer_norm, 16, 1}};
  return network;
}

TEST(Estimator, SumsLayersByCountAndKeepsTheHeadInHalfPrecision) {
  Estimator estimator;
  const NetworkEstimate estimate = estimator.estimate(small_network(), "shiftaddllm", {3}, 1);
  ASSERT_EQ(estimate.layers.size(), 6u);
  EXPECT_EQ(estimate.layers[5].scheme, "fp16");
  EXPECT_EQ(estimate.layers[5].operations.size(), 2u);  // and no bias
  EXPECT_EQ(estimate.layers[0].operations.size(), 7u);  // with its bias
  EXPECT_EQ(listed({estimate.layers[4].operations.back().operation}), "add/add(32,1,1)@16 ");
  double total = 0, latency = 0;
  for (const LayerEstimate& layer : estimate.layers) {
    const EstimateSums one = sums(layer);
    total += static_cast<double>(layer.shape.count) * one.total_pJ();
    latency += static_cast<double>(layer.shape.count) * one.latency_s;
  }
  const EstimateSums all = sums(estimate);
  EXPECT_NEAR(all.total_pJ(), total, 1e-9 * total);
  EXPECT_NEAR(all.latency_s, latency, 1e-9 * latency);
  double roles = 0;
  for (const auto& [role, pJ] : all.roles_pJ) roles += pJ;
  EXPECT_NEAR(roles, total, 1e-9 * total);
  EXPECT_GT(all.roles_pJ.at(OperationRole::shift), 0);
}

TEST(Estimator, ABiasIsAnAdditionAnOutput) {
  Estimator estimator;
  // 16 inputs to 1 output fit into one PE's 11 and two PEs: whatever the tiling, 16 additions of 0.4 pJ, and
  // 16 inputs at 3.7 and 16 weights at 7.4 from the register file.
  const OperationEstimate bias = estimator.estimate(bias_add(16, 1));
  EXPECT_DOUBLE_EQ(bias.energy_pJ.compute, 6.4);
  EXPECT_DOUBLE_EQ(bias.energy_pJ.rf.inputs, 59.2);
  EXPECT_DOUBLE_EQ(bias.energy_pJ.rf.weights, 118.4);
  EXPECT_EQ(sum(bias.energy_pJ.dram), 0);
}

TEST(Estimator, GatedFeedForwardsMultiplyTheirHalvesAndHaveNoBiases) {
  NetworkConfig network = small_network();
  network.norms[0].kind = NormKind::rms_norm;
  network.layers[4].name = "gate_proj";
  const NetworkEstimate estimate = Estimator().estimate(network, "optq", {3}, 1);
  EXPECT_EQ(estimate.layers[0].operations.size(), 2u);
  ASSERT_EQ(estimate.layers[4].operations.size(), 3u);
  EXPECT_EQ(listed({estimate.layers[4].operations[2].operation}), "mult/multiply(32,1,1)@16 ");
}

TEST(Estimator, MixedBitsGiveTwoProjectionsThree) {
  const NetworkEstimate estimate = Estimator().estimate(small_network(), "shiftaddllm", kMixedBits, 1);
  std::vector<int> bits;
  for (const LayerEstimate& layer : estimate.layers) bits.push_back(layer.bits);
  EXPECT_THAT(bits, testing::ElementsAre(3, 3, 2, 2, 2, 16));
  EXPECT_EQ(name_of(estimate.bits), "2.2");
  NetworkConfig without = small_network();
  without.layers.erase(without.layers.begin());
  EXPECT_THROW(Estimator().estimate(without, "shiftaddllm", kMixedBits, 1), InputError);
}

TEST(Estimator, LatencyIsStepsOfTheClock) {
  Estimator estimator;
  const LoopBounds bounds{2, 24, 3};
  const OperationEstimate shift = estimator.estimate({"", OperationKind::shift, {}, bounds, 16});
  const OperationEstimate add = estimator.estimate({"", OperationKind::add, {}, bounds, 16});
  EXPECT_DOUBLE_EQ(add.latency_s, steps(add.tiling) / 250e6);
  EXPECT_DOUBLE_EQ(shift.latency_s, steps(shift.tiling) / 250e6 * 10 / 32);
}

}  // namespace
}  // namespace eyeshift
