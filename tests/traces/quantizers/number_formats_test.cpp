#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "base/errors.h"
#include "base/numbers/half.h"
#include "tests/traces/quantizers/support.h"
#include "traces/quantizers/binary/binary_levels.h"
#include "traces/quantizers/binary/power_of_two.h"
#include "traces/quantizers/packing.h"
#include "traces/quantizers/scale_rounding.h"
#include "traces/quantizers/uniform/uniform_grid.h"

namespace eyeshift {
namespace {

TEST(UniformGrid, CoversZeroAndTheRange) {
  const UniformGrid grid = fit_uniform_grid(-1, 6, 3, false, 32);
  EXPECT_EQ(grid.scale, 1.0f);
  EXPECT_EQ(grid.zero, 1);
  for (int code = 0; code < 8; ++code) {
    EXPECT_EQ(grid.code(code - 1), code);
    EXPECT_EQ(grid.value(static_cast<uint8_t>(code)), code - 1);
  }
  EXPECT_EQ(grid.code(-100), 0);
  EXPECT_EQ(grid.code(1e300), 7);
  const UniformGrid positive = fit_uniform_grid(3, 7, 3, false, 32);  // low is 0, not 3
  EXPECT_EQ(positive.zero, 0);
  EXPECT_EQ(positive.scale, 1.0f);
}

TEST(UniformGrid, RoundsTiesToEven) {
  const UniformGrid grid = fit_uniform_grid(0, 7, 3, false, 32);
  EXPECT_EQ(grid.code(0.5), 0);
  EXPECT_EQ(grid.code(1.5), 2);
  EXPECT_EQ(grid.code(2.5), 2);
}

TEST(UniformGrid, SymmetricPutsZeroAtTheMiddleCode) {
  const UniformGrid grid = fit_uniform_grid(-0.5, 7, 3, true, 32);
  EXPECT_EQ(grid.scale, 2.0f);
  EXPECT_EQ(grid.zero, 4);
  EXPECT_EQ(grid.code(0), 4);
  EXPECT_EQ(grid.code(-7), 0);  // -3.5 ties to -4
  EXPECT_EQ(grid.code(7), 7);   // 3.5 ties to 4, clipped
}

TEST(UniformGrid, AllZeroGroupDecodesToZero) {
  for (const bool symmetric : {false, true}) {
    for (int bits = 2; bits <= 8; ++bits) {
      const UniformGrid grid = fit_uniform_grid(0, 0, bits, symmetric, 16);
      EXPECT_EQ(grid.scale, round_to_half(static_cast<float>(2.0 / grid.max_code)));
      EXPECT_EQ(grid.value(grid.code(0)), 0);
    }
  }
}

TEST(UniformGrid, ScaleStaysPositiveAndFinite) {
  const UniformGrid tiny = fit_uniform_grid(-1e-30, 1e-30, 3, false, 16);
  EXPECT_EQ(tiny.scale, 0x1p-24f);
  EXPECT_EQ(tiny.value(tiny.code(1e-30)), 0);
  EXPECT_THROW(fit_uniform_grid(-1e6, 1e6, 3, false, 16), InputError);
  EXPECT_THROW(fit_uniform_grid(-1e300, 1e300, 3, false, 32), InputError);
}

// Every half, what lies midway to the next, and its neighbours in single precision.
TEST(RoundToHalf, EqualsEigens) {
  for (uint16_t bits = 0; bits < 0x7c00; ++bits) {
    const float half = float_from_half(bits);
    const float middle = bits == 0x7bff ? 65520.0f : (half + float_from_half(bits + 1)) / 2;
    for (const float value : {half, middle, std::nextafter(middle, 0.0f), std::nextafter(middle, 1e9f)})
      for (const float signed_value : {value, -value})
        ASSERT_EQ(round_to_half(signed_value), static_cast<float>(Eigen::half(signed_value))) << signed_value;
  }
  EXPECT_EQ(round_to_half(std::numeric_limits<float>::infinity()), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(round_to_half(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_TRUE(std::signbit(round_to_half(-1e-30f)));
}

TEST(ScaleRounding, RoundsToThePrecision) {
  EXPECT_EQ(rounded_scale(1 + 0x1p-11 + 0x1p-20, 16), 1 + 0x1p-10f);
  EXPECT_EQ(rounded_scale(1 + 0x1p-11, 16), 1.0f);
  EXPECT_EQ(rounded_scale(0.1, 32), 0.1f);
  EXPECT_EQ(rounded_scale(0, 16), 0.0f);
  EXPECT_EQ(rounded_positive_scale(1e-300, 32), std::numeric_limits<float>::denorm_min());
  EXPECT_THROW(rounded_scale(65520, 16), InputError);
}

TEST(Packing, CodesAreLeastSignificantBitFirst) {
  CodeMatrix codes(2, 3);
  codes << 1, 2, 5,  //
      7, 0, 4;
  // Row 0: bits 1 + (2 << 3) + (5 << 6) = 337.
  EXPECT_THAT(packed_codes(codes, 3), testing::ElementsAre(337 & 255, 337 >> 8, 7, 1));
}

TEST(Packing, PlanesHoldColumnEightKPlusJInBitJ) {
  CodeMatrix codes = CodeMatrix::Zero(2, 9);
  codes(0, 0) = 1;
  codes(0, 8) = 3;
  codes(1, 7) = 2;
  EXPECT_THAT(packed_planes(codes, 2), testing::ElementsAre(1, 1, 0, 0, 0, 1, 128, 0));
}

TEST(PowerOfTwoSum, RelativeErrorStaysWithinTheBound) {
  const double bound[] = {0, 0.41421357, 0.10820, 0.02736};
  for (int terms = 1; terms <= 3; ++terms) {
    double worst = 0;
    for (double value = 1; value < 2; value += 1e-5) {
      worst = std::max(worst, std::abs(power_of_two_sum(value, terms).value - value) / value);
    }
    EXPECT_LE(worst, bound[terms]);
    EXPECT_GE(worst, 0.99 * bound[terms]);  // the bound is tight
  }
}

TEST(PowerOfTwoSum, StoresSignedTermsThatDecodeToTheValue) {
  // 0.8 -> 1 - 1/4 + 1/16
  const PowerOfTwoSum sum = power_of_two_sum(0.8, 3);
  EXPECT_EQ(sum.value, 0.8125);
  EXPECT_THAT(sum.terms, testing::ElementsAre(64, 0x80 | 62, 60, 0));
  double decoded = 0;
  for (const uint8_t term : sum.terms) decoded += pot_value(term);
  EXPECT_EQ(decoded, sum.value);
}

TEST(PowerOfTwoSum, ZeroResidualGivesNoTerm) {
  EXPECT_THAT(power_of_two_sum(0, 3).terms, testing::Each(0));
  EXPECT_THAT(power_of_two_sum(-4, 3).terms, testing::ElementsAre(0x80 | 66, 0, 0, 0));
}

TEST(PowerOfTwoSum, ExponentsEndAt63) {
  EXPECT_THAT(power_of_two_sum(0x1p-63, 1).terms, testing::ElementsAre(1, 0, 0, 0));
  EXPECT_EQ(power_of_two_sum(0x1p-64, 1).value, 0);                  // below: no term
  EXPECT_EQ(power_of_two_sum(0x1.8p-64, 1).value, 0x1p-63);          // rounds up into the range
  EXPECT_EQ(power_of_two_sum(0x1p-63 + 0x1p-66, 3).value, 0x1p-63);  // the residual has no term
  EXPECT_THAT(power_of_two_sum(0x1p70, 1).terms, testing::ElementsAre(127, 0, 0, 0));  // above: saturates
}

TEST(BinaryLevels, AscendWithTheirSignPatterns) {
  const BinaryLevels levels({4, 2, 1}, 3);
  for (int position = 0; position < 8; ++position) {
    EXPECT_EQ(levels.level(position), 2 * position - 7);
    const int code = levels.code(position);
    EXPECT_EQ(((code & 1) != 0 ? 4 : -4) + ((code & 2) != 0 ? 2 : -2) + ((code & 4) != 0 ? 1 : -1),
              2 * position - 7);
  }
}

TEST(BinaryLevels, NearestTakesTheUpperLevelAtAMidpoint) {
  const BinaryLevels levels({4, 2, 1}, 3);
  EXPECT_EQ(levels.nearest(-100), 0);
  EXPECT_EQ(levels.nearest(100), 7);
  for (int position = 0; position < 7; ++position) {
    EXPECT_EQ(levels.nearest(levels.midpoint(position)), position + 1);
    EXPECT_EQ(levels.nearest(std::nextafter(levels.midpoint(position), -100)), position);
  }
}

}  // namespace
}  // namespace eyeshift
