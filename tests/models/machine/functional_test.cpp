#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "sim/replay/replay.h"
#include "tests/models/reference/reference_executor.h"
#include "tests/models/reference/sample_runs.h"

namespace eyeshift::testing {
namespace {

// Ragged sizes divide into neither keys, nor groups, nor tiles.
const Size kOneToken = {{"whole", 64, 40, 1}, 1}, kWhole = {{"whole", 64, 40, 1}, 3},
           kRagged = {{"ragged", 67, 29, 1}, 3};

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

// Scales in single precision may shift a product's bits out on either side.
TEST(FixedPointTest, ShiftsByAnyScale) {
  const auto unit_case = std::find_if(unit_cases().begin(), unit_cases().end(),
                                      [](const UnitCase& each) { return each.unit == "mac-int16"; });
  ASSERT_NE(unit_case, unit_cases().end());
  const AcceleratorConfig accelerator = accelerators_for(*unit_case, Accumulator::fp32).front();
  const LayerShape shape{"shifted", 9, 5, 1};
  Encoding encoding = unit_case->encoding(shape.K, shape.M);
  encoding.scale_bits = 32;
  const std::vector<uint16_t> inputs = random_inputs(3, shape.K, Values::ordinary, 0, 1);
  for (const int exponent : {-126, -64, -32, -31, -16, -1, 0, 1, 15, 16, 17, 64, 113}) {
    Layer layer = random_layer(shape, encoding, Values::ordinary, 2);
    layer.scales = {std::ldexp(1.0f, exponent)};
    ReplayJob job;
    job.shape = shape;
    job.encoding = encoding;
    job.tokens = 3;
    job.unit = unit_case->unit;
    job.mapping = sample_mappings(shape, encoding, 3, accelerator, job.unit, 1, 0).front();
    job.layer = &layer;
    job.inputs = &inputs;
    const Schedule schedule =
        row_stationary().schedule(shape, encoding, job.tokens, accelerator, job.unit, job.mapping);
    EXPECT_EQ(replay(accelerator, {job}, 1).front().outputs,
              execute_reference(layer, inputs, schedule, accelerator))
        << "scale 2^" << exponent;
  }
}

INSTANTIATE_TEST_SUITE_P(All, UnitFunction, ::testing::ValuesIn(unit_cases()),
                         [](const auto& test_info) { return test_info.param.name; });

}  // namespace
}  // namespace eyeshift::testing
