#include <gmock/gmock.h>

#include "tests/models/sample_runs.h"

namespace eyeshift::testing {
namespace {

// Ragged sizes divide into neither keys, nor groups, nor tiles.
const Size kOneToken = {{"whole", 64, 80, 1}, 1}, kWhole = {{"whole", 64, 80, 1}, 5},
           kRagged = {{"ragged", 67, 37, 1}, 5};

class UnitFunction : public ::testing::TestWithParam<UnitCase> {
 protected:
  // Three accelerators run every layer in row stationary at least, under two mappings or more.
  static void check_all(Accumulator accumulator, const std::vector<Size>& sizes, Values values,
                        const std::function<void(const SampleRuns&)>& check) {
    EXPECT_GE(for_all_runs(GetParam(), accumulator, sizes, values, check), 3 * 2 * sizes.size());
  }
};

TEST_P(UnitFunction, EqualsTheReferenceBitForBit) {
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16})
    check_all(accumulator, {kOneToken, kRagged}, Values::ordinary, expect_reference_outputs);
}

TEST_P(UnitFunction, EqualsTheReferenceOnExtremeValues) {
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16})
    check_all(accumulator, {kRagged}, Values::extreme, expect_reference_outputs);
}

TEST_P(UnitFunction, IsWithinTheRoundingBoundInSinglePrecision) {
  check_all(Accumulator::fp32, {kOneToken, kWhole}, Values::ordinary,
            [](const SampleRuns& run) { expect_bounded_outputs(GetParam(), run, 0.02); });
}

TEST_P(UnitFunction, IsWithinTheRoundingBoundInHalfPrecision) {
  check_all(Accumulator::fp16, {kOneToken, kWhole}, Values::ordinary,
            [](const SampleRuns& run) { expect_bounded_outputs(GetParam(), run, 0.15); });
}

TEST_P(UnitFunction, IsExactOnSmallIntegersInAnyOrder) {
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16})
    check_all(accumulator, {kWhole}, Values::integers, expect_exact_outputs);
}

// The last tile of inputs takes one row of PEs, the one before two: its top, below the other's, is done with
// a token while the other still chains.
TEST(ChainTest, TheTopOfAShorterTileDoesNotOvertake) {
  const UnitCase& unit_case = unit_cases().front();
  ASSERT_EQ(unit_case.unit, "mac-fp16");
  const AcceleratorConfig accelerator = accelerators_for(unit_case, Accumulator::fp32).front();
  Mapping mapping;
  mapping.m = 4;
  mapping.n = 2;
  mapping.q = 5;
  mapping.p = mapping.r = mapping.t = 2;
  const SampleRuns run(unit_case, accelerator, {{"short", 12, 4, 1}, 2}, Values::integers, "row-stationary",
                       {mapping});
  expect_reference_outputs(run);
  expect_exact_outputs(run);
}

INSTANTIATE_TEST_SUITE_P(All, UnitFunction, ::testing::ValuesIn(unit_cases()),
                         [](const auto& test_info) { return test_info.param.name; });

}  // namespace
}  // namespace eyeshift::testing
