#include "sim/values/layer_arithmetic.h"

#include <gmock/gmock.h>

#include "tests/models/reference/sample_runs.h"

namespace eyeshift::testing {
namespace {

class UnitArithmetic : public ::testing::TestWithParam<UnitCase> {};

void expect_arithmetic_outputs(const SampleRuns& run) {
  for (size_t i = 0; i < run.outputs().size(); ++i) {
    const LayerArithmetic arithmetic(run.layer(), run.schedules()[i], run.accelerator());
    const std::vector<uint16_t> outputs = arithmetic.outputs(run.inputs(), run.tokens());
    ASSERT_EQ(outputs.size(), run.outputs()[i].size());
    for (size_t at = 0; at < outputs.size(); ++at)
      ASSERT_TRUE(same_half(outputs[at], run.outputs()[i][at])) << run.describe(i, at);
  }
}

TEST_P(UnitArithmetic, EqualsTheMachineBitForBitInEveryDataflow) {
  const Size ragged = {{"ragged", 67, 37, 1}, 3};
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16})
    for (const Values values : {Values::ordinary, Values::extreme})
      EXPECT_GE(for_all_runs(GetParam(), accumulator, {ragged}, values, expect_arithmetic_outputs), 6);
}

// More tokens than are computed side by side, in order of a schedule for another number of tokens.
TEST_P(UnitArithmetic, TakesAnyNumberOfTokens) {
  const AcceleratorConfig accelerator = accelerators_for(GetParam(), Accumulator::fp32).back();
  const Size many = {{"many", 67, 37, 1}, kTokensAtOnce + 3};
  const SampleRuns run(GetParam(), accelerator, many, Values::ordinary, "row-stationary");
  expect_arithmetic_outputs(run);
  for (size_t i = 0; i < run.schedules().size(); ++i) {
    const Schedule& schedule = run.schedules()[i];
    Mapping mapping = run.mappings()[i];
    mapping.n = 2;
    const Schedule few =
        row_stationary().schedule(schedule.shape, schedule.encoding, 2, accelerator, schedule.unit, mapping);
    EXPECT_EQ(LayerArithmetic(run.layer(), few, accelerator).outputs(run.inputs(), run.tokens()),
              run.outputs()[i])
        << run.describe(i);
  }
}

INSTANTIATE_TEST_SUITE_P(All, UnitArithmetic, ::testing::ValuesIn(unit_cases()),
                         [](const auto& test_info) { return test_info.param.name; });

}  // namespace
}  // namespace eyeshift::testing
