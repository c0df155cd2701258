#include <gmock/gmock.h>

#include <cmath>
#include <set>
#include <vector>

#include "tests/traces/quantizers/support.h"
#include "traces/quantizers/binary/binary_fit.h"
#include "traces/quantizers/binary/power_of_two.h"

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing_support::calibration_of;
using testing_support::decoded;
using testing_support::quantize;
using testing_support::random_matrix;
using testing_support::single_precision;

std::vector<double> random_values(int64_t count, uint64_t seed) {
  const MatrixXd values = random_matrix(count, 1, seed);
  return {values.data(), values.data() + count};
}

// The squared error of the nearest levels.
double nearest_error(const std::vector<double>& values, const PlaneScales& alpha, int planes) {
  const BinaryLevels levels(alpha, planes);
  double error = 0;
  for (const double w : values) error += std::pow(w - levels.level(levels.nearest(w)), 2);
  return error;
}

TEST(BinaryFit, GreedyErrorFallsByNAlphaSquaredAPlane) {
  // |r_q|^2 = |r_(q-1)|^2 - n alpha_q^2, with residuals and scales computed here as greedy's definition says.
  const std::vector<double> values = random_values(301, 1);
  for (int planes = 1; planes <= kMaxPlanes; ++planes) {
    const PlaneScales alpha = fit_plane_scales(values, {planes, 0, 0});
    std::vector<double> residual = values;
    double before = 0;
    for (const double r : residual) before += r * r;
    for (int p = 0; p < planes; ++p) {
      double mean = 0, after = 0;
      for (const double r : residual) mean += std::abs(r) / 301;
      EXPECT_NEAR(alpha[p], mean, 1e-12);
      for (double& r : residual) {
        r -= r >= 0 ? alpha[p] : -alpha[p];
        after += r * r;
      }
      EXPECT_NEAR(after, before - 301 * alpha[p] * alpha[p], 1e-10);
      before = after;
    }
  }
}

TEST(BinaryFit, AlternatingNeverRaisesTheErrorOfRealScales) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<double> values = random_values(64, seed);
    for (int planes = 2; planes <= 5; ++planes) {
      double previous = nearest_error(values, fit_plane_scales(values, {planes, 0, 0}), planes);
      for (int cycles = 1; cycles <= 12; ++cycles) {
        const double error = nearest_error(values, fit_plane_scales(values, {planes, cycles, 0}), planes);
        EXPECT_LE(error, previous * (1 + 1e-12)) << seed << " " << planes << " " << cycles;
        previous = error;
      }
    }
  }
}

TEST(BinaryFit, RecoversWhatIsBinaryCoded) {
  const BinaryLevels levels({4, 2, 1}, 3);
  std::vector<double> values;
  for (int i = 0; i < 64; ++i) values.push_back(levels.level(i % 8));
  const PlaneScales alpha = fit_plane_scales(values, {3, 15, 0});
  EXPECT_NEAR(nearest_error(values, alpha, 3), 0, 1e-20);
}

TEST(BinaryFit, RankDeficientCodesTakeTheLeastNorm) {
  // Equal values: all planes' signs are the same, B has rank 1, and 3 scales of 2 are the shortest solution.
  const PlaneScales alpha = fit_plane_scales(std::vector<double>(10, 6.0), {3, 1, 0});
  for (int p = 0; p < 3; ++p) EXPECT_NEAR(alpha[p], 2, 1e-12);
  EXPECT_THAT(fit_plane_scales(std::vector<double>(10, 0.0), {3, 15, 3}), testing::Each(0));
}

TEST(BinaryFit, PowerOfTwoScalesAreSumsOfTheirTerms) {
  for (int terms = 1; terms <= 3; ++terms) {
    const PlaneScales alpha = fit_plane_scales(random_values(128, 5), {3, 50, terms});
    for (const double scale : alpha) EXPECT_EQ(power_of_two_sum(scale, terms).value, scale);
  }
}

TEST(Bcq, HoldsAnyUniformGridOfItsOwn) {
  // alpha_i = s 2^i / 2 codes a symmetric grid of b bits without error.
  MatrixXd W(1, 256);
  for (int k = 0; k < 256; ++k) W(0, k) = 0.25 * (2 * ((k * 37) % 8) - 7);
  EXPECT_LT((W - decoded(quantize("bcq", W, {}, single_precision(3)))).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(Bcq, OnePlaneIsSignTimesMean) {
  const MatrixXd W = random_matrix(4, 40, 3);
  const Layer layer = quantize("bcq", W, {}, single_precision(1));
  for (int m = 0; m < 4; ++m) {
    EXPECT_FLOAT_EQ(layer.alpha[m], static_cast<float>(W.row(m).cwiseAbs().mean()));
    for (int k = 0; k < 40; ++k)
      EXPECT_EQ(decoded(layer)(m, k), W(m, k) >= 0 ? layer.alpha[m] : -layer.alpha[m]);
  }
}

TEST(Bcq, GroupsAndAxesFitEachGroupAlone) {
  const MatrixXd W = random_matrix(32, 64, 4);
  QuantizeOptions options;
  options.group_size = 16;
  const MatrixXd grouped = decoded(quantize("bcq", W, {}, options));
  options.axis = Axis::input;
  const Layer by_input = quantize("bcq", W, {}, options);
  EXPECT_EQ(by_input.encoding.group_rows, 16);
  EXPECT_EQ(by_input.encoding.group_cols, 1);
  EXPECT_EQ(by_input.alpha.size(), 3u * 2 * 64);
  options.group_size = 0;
  options.axis = Axis::output;
  EXPECT_TRUE(grouped.middleCols(16, 16) == decoded(quantize("bcq", W.middleCols(16, 16), {}, options)));
  EXPECT_TRUE(decoded(by_input).middleRows(16, 16).transpose() ==
              decoded(quantize("bcq", W.middleRows(16, 16).transpose(), {}, options)));
}

class ShiftAddLlmBlock : public testing::Test {
 protected:
  const MatrixXd W = random_matrix(40, 64, 6);
  const MatrixXd X = random_matrix(64, 16, 7) * random_matrix(16, 80, 8) + 0.3 * random_matrix(64, 80, 9);
};

TEST_F(ShiftAddLlmBlock, ScalesWithTheWeights) {
  const Layer layer = quantize("shiftaddllm-block", W, calibration_of(X), {});
  for (const int power : {-9, 1, 12}) {
    const Layer scaled = quantize("shiftaddllm-block", std::ldexp(1.0, power) * W, calibration_of(X), {});
    EXPECT_EQ(scaled.planes, layer.planes);
    EXPECT_TRUE(decoded(scaled) == std::ldexp(1.0, power) * decoded(layer)) << power;
  }
}

TEST_F(ShiftAddLlmBlock, SharesScalesAmongEightInputsAndAnEighthOfTheOutputs) {
  const Layer layer = quantize("shiftaddllm-block", W, calibration_of(X), {});
  EXPECT_EQ(layer.encoding.group_rows, 5);
  EXPECT_EQ(layer.encoding.group_cols, 8);
  EXPECT_EQ(layer.pot.size(), 3u * 8 * 8 * 3);
  const MatrixXd Wq = decoded(layer);
  for (int m = 0; m < 40; m += 5) {
    for (int k = 0; k < 64; k += 8) {
      std::set<double> magnitudes;
      for (const double w : Wq.block(m, k, 5, 8).reshaped()) magnitudes.insert(std::abs(w));
      EXPECT_LE(magnitudes.size(), 4u);  // 8 levels, symmetric
    }
  }
}

TEST_F(ShiftAddLlmBlock, RaggedShapesUseSmallerLastGroups) {
  const MatrixXd ragged = W.topLeftCorner(13, 61);
  const MatrixXd inputs = X.topRows(61);
  const Layer layer = quantize("shiftaddllm-block", ragged, calibration_of(inputs), {});
  EXPECT_EQ(layer.encoding.group_rows, 2);  // ceil(13 / 8): 7 row groups, the last of 1
  EXPECT_EQ(layer.pot.size(), 3u * 7 * 8 * 3);
  EXPECT_EQ(layer.planes.size(), 3u * 13 * 8);
  for (size_t i = 7; i < layer.planes.size(); i += 8) EXPECT_EQ(layer.planes[i] & 0xe0, 0);  // padding
  const auto error = [&](const MatrixXd& Wq) {
    return testing_support::relative_output_error(ragged, Wq, inputs);
  };
  EXPECT_LT(error(decoded(layer)), 0.05);
}

TEST_F(ShiftAddLlmBlock, PaddingInputsWithZerosChangesNothingElse) {
  QuantizeOptions options;
  options.act_order = QuantizeOptions::ActOrder::off;
  options.compensation = false;
  const MatrixXd ragged = W.leftCols(61);
  const MatrixXd Wq = decoded(quantize("shiftaddllm-block", ragged, calibration_of(X.topRows(61)), options));
  const MatrixXd whole = decoded(quantize("shiftaddllm-block", W, calibration_of(X), options));
  EXPECT_TRUE(Wq.leftCols(56) == whole.leftCols(56));
}

TEST_F(ShiftAddLlmBlock, RealScalesAreRoundedToTheScaleType) {
  QuantizeOptions options;
  options.real_scales = true;
  const Layer layer = quantize("shiftaddllm-block", W, calibration_of(X), options);
  EXPECT_FALSE(layer.encoding.power_of_two);
  EXPECT_EQ(layer.encoding.scale_bits, 16);
  EXPECT_EQ(layer.alpha.size(), 3u * 8 * 8);
  EXPECT_TRUE(layer.pot.empty());
  EXPECT_LT(testing_support::relative_output_error(W, decoded(layer), X), 0.05);
}

TEST_F(ShiftAddLlmBlock, ColumnWiseSharesScalesAmongTheOutputsOfAnInput) {
  QuantizeOptions options;
  options.group_size = 20;
  const Layer layer = quantize("shiftaddllm-column", W, calibration_of(X), options);
  EXPECT_EQ(layer.encoding.group_rows, 20);
  EXPECT_EQ(layer.encoding.group_cols, 1);
  EXPECT_EQ(layer.pot.size(), 3u * 2 * 64 * 3);
  const MatrixXd Wq = decoded(layer);
  for (int m = 0; m < 40; m += 20) {
    for (int k = 0; k < 64; ++k) {
      std::set<double> magnitudes;
      for (const double w : Wq.block(m, k, 20, 1).reshaped()) magnitudes.insert(std::abs(w));
      EXPECT_LE(magnitudes.size(), 4u);  // 8 levels, symmetric
    }
  }
}

TEST_F(ShiftAddLlmBlock, ColumnWiseWithoutFeedbackIsPowerOfTwoBcqOfEveryColumn) {
  QuantizeOptions options;
  options.compensation = false;
  const MatrixXd Wq = decoded(quantize("shiftaddllm-column", W, calibration_of(X), options));
  for (int k = 0; k < 64; ++k) {
    const VectorXd column = W.col(k);
    const BinaryLevels levels(fit_plane_scales({column.begin(), column.end()}, {3, 50, 3}), 3);
    for (int m = 0; m < 40; ++m) EXPECT_EQ(Wq(m, k), levels.level(levels.nearest(column(m))));
  }
}

TEST_F(ShiftAddLlmBlock, ColumnWiseScalesWithTheWeights) {
  const Layer layer = quantize("shiftaddllm-column", W, calibration_of(X), {});
  const Layer scaled = quantize("shiftaddllm-column", 0x1p-7 * W, calibration_of(X), {});
  EXPECT_EQ(scaled.planes, layer.planes);
  EXPECT_TRUE(decoded(scaled) == 0x1p-7 * decoded(layer));
}

TEST(BcqGreedy, EveryPlaneTakesTheSignsOfWhatIsLeft) {
  const MatrixXd W = random_matrix(3, 50, 11);
  const Layer layer = quantize("bcq-greedy", W, {}, single_precision(4));
  const MatrixXd Wq = decoded(layer);
  for (int m = 0; m < 3; ++m) {
    for (int k = 0; k < 50; ++k) {
      double left = W(m, k), value = 0;
      for (int plane = 0; plane < 4; ++plane) {
        const double term = std::copysign(static_cast<double>(layer.alpha[plane * 3 + m]), left);
        left -= term;
        value += term;
      }
      EXPECT_EQ(Wq(m, k), static_cast<float>(value));
    }
  }
}

TEST(BinaryLevels, HoldEveryUniformGrid) {
  // alpha_i = s 2^i / 2 and the offset s (2^b - 1) / 2 - s z give the grid s (q - z) exactly.
  for (int bits = 1; bits <= kMaxPlanes; ++bits) {
    const double s = 0x1.234p-5, last = std::exp2(bits) - 1;
    PlaneScales alpha{};
    for (int i = 0; i < bits; ++i) alpha[i] = std::ldexp(s, i - 1);
    const BinaryLevels levels(alpha, bits);
    for (int z = 0; z <= last; ++z) {
      const double offset = s * last / 2 - s * z;
      for (int q = 0; q <= last; ++q) {
        EXPECT_EQ(levels.level(q) + offset, s * (q - z));
        EXPECT_EQ(levels.code(q), q);
      }
    }
  }
}

TEST(PowerOfTwoSum, KeepsItsBoundsOnAnyScale) {
  const double bounds[] = {0.41422, 0.10821, 0.02737};
  double worst[3] = {};
  for (int i = 0; i < 20000; ++i) {
    const double value = std::exp2(i / 1000.0 - 10);
    for (int terms = 1; terms <= 3; ++terms) {
      const double error = std::abs(power_of_two_sum(value, terms).value - value) / value;
      EXPECT_LE(error, bounds[terms - 1]);
      worst[terms - 1] = std::max(worst[terms - 1], error);
    }
  }
  for (int terms = 1; terms <= 3; ++terms) EXPECT_GT(worst[terms - 1], 0.98 * bounds[terms - 1]);
}

}  // namespace
}  // namespace eyeshift
