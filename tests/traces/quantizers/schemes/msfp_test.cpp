#include <gmock/gmock.h>

#include <cmath>

#include "tests/traces/quantizers/support.h"

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using testing_support::decoded;
using testing_support::quantize;
using testing_support::random_matrix;

TEST(Msfp, BoxesShareTheExponentOfTheirLargestWeight) {
  MatrixXd W(1, 4);
  W << 5.2, -1.6, 0.4, 7.9;  // 2^2 <= 7.9 < 2^3: mantissas of 3 bits count units of 2^(2 - 2), at most 3
  QuantizeOptions options;
  options.bits = 4;
  EXPECT_TRUE(decoded(quantize("msfp", W, {}, options)) == (MatrixXd(1, 4) << 5, -2, 0, 7).finished());
  options.bits = 3;
  EXPECT_TRUE(decoded(quantize("msfp", W, {}, options)) == (MatrixXd(1, 4) << 6, -2, 0, 6).finished());
}

TEST(Msfp, SixteenInputsAreABoxAndTheLastMayBeSmaller) {
  const MatrixXd W = random_matrix(5, 40, 1);
  const Layer layer = quantize("msfp", W, {}, {});
  EXPECT_EQ(layer.encoding.group_cols, 16);
  EXPECT_EQ(layer.scales.size(), 5u * 3);
  EXPECT_DOUBLE_EQ(bits_per_weight(layer.shape, layer.encoding), 3 + 3 * 8 / 40.0);
  for (const float scale : layer.scales) EXPECT_EQ(std::exp2(std::ilogb(scale)), scale);
  EXPECT_TRUE(decoded(layer).rightCols(8) == decoded(quantize("msfp", W.rightCols(8), {}, {})));
}

TEST(Msfp, ErrorsAreHalfAUnitBelowTheLargestMantissa) {
  const MatrixXd W = random_matrix(64, 16, 2);
  for (int bits = 2; bits <= 8; ++bits) {
    QuantizeOptions options;
    options.bits = bits;
    const Layer layer = quantize("msfp", W, {}, options);
    const MatrixXd Wq = decoded(layer);
    for (int m = 0; m < 64; ++m) {
      const double unit = layer.scales[m], largest = unit * ((1 << (bits - 1)) - 1);
      for (int k = 0; k < 16; ++k)
        EXPECT_LE(std::abs(W(m, k) - Wq(m, k)), std::abs(W(m, k)) > largest ? unit : unit / 2);
    }
  }
}

}  // namespace
}  // namespace eyeshift
