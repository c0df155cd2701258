#include "sim/published/reproduce/data_reuse.h"

#include <gtest/gtest.h>

namespace eyeshift {
namespace {

// Chen et al., ISCA 2016, Table IV, and the worked examples of its figure on reuse.
const LevelEnergies kNormalised{200, 6, 2, 1};

TEST(DataReuse, AnInputUsed24TimesIsThePapersExample) {
  EXPECT_EQ(operand_energy({1, 2, 3, 4}, kNormalised), 248);  // 200 + 2 6 + 6 2 + 24 1
}

TEST(DataReuse, APartialSumOf36AccumulationsIsThePapersExample) {
  EXPECT_EQ(psum_energy({2, 3, 3, 2}, kNormalised), 708);  // 3 200 + 8 6 + 12 2 + 36 1
}

TEST(DataReuse, ALevelWithoutReuseAddsNothingToAPartialSum) {
  // 9 accumulations: 3 PEs, each 3; one result that goes to DRAM.
  EXPECT_EQ(psum_energy({1, 1, 3, 3}, {1, 0, 0, 0}), 1);
  EXPECT_EQ(psum_energy({1, 1, 3, 3}, {0, 1, 0, 0}), 0);
  EXPECT_EQ(psum_energy({1, 1, 3, 3}, {0, 0, 1, 0}), 2);
  EXPECT_EQ(psum_energy({1, 1, 3, 3}, {0, 0, 0, 1}), 12);
}

}  // namespace
}  // namespace eyeshift
