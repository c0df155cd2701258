#include "traces/run/rank_correlation.h"

#include <gmock/gmock.h>

#include <cmath>

namespace eyeshift {
namespace {

TEST(KendallTau, CountsPairs) {
  EXPECT_EQ(kendall_tau({1, 2, 3, 4}, {10, 20, 30, 1000}), 1);
  EXPECT_EQ(kendall_tau({1, 2, 3, 4}, {4, 3, 2, 1}), -1);
  // Of 10 pairs (3, 1), (3, 2) and (5, 4) are discordant.
  EXPECT_DOUBLE_EQ(kendall_tau({1, 2, 3, 4, 5}, {3, 1, 2, 5, 4}), (7.0 - 3.0) / 10);
}

TEST(KendallTau, TiesCountOnNeitherSide) {
  // Pairs of a: (1,2) tied; of b: (3,3) tied. 4 concordant, none discordant, 5 untied in each.
  EXPECT_DOUBLE_EQ(kendall_tau({1, 1, 2, 3}, {1, 2, 3, 3}), 4.0 / 5.0);
  EXPECT_TRUE(std::isnan(kendall_tau({2, 2, 2}, {1, 2, 3})));
  EXPECT_TRUE(std::isnan(kendall_tau({1}, {1})));
}

}  // namespace
}  // namespace eyeshift
