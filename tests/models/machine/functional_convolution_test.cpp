#include <gmock/gmock.h>

#include <algorithm>

#include "tests/models/reference/sample_runs.h"

namespace eyeshift::testing {
namespace {

// C, H, R, stride, pad, groups, then M. Channels that fill neither keys nor PE sets, strides that leave a
// rest of the image, and one beyond the filter; two images each.
const std::vector<Size> kConvolutions = {{convolution({5, 7, 3, 1, 1, 1}, 6), 2},
                                         {convolution({6, 8, 3, 2, 1, 2}, 8), 2},
                                         {convolution({9, 8, 2, 3, 0, 1}, 5), 2},
                                         {convolution({11, 5, 1, 2, 0, 1}, 7), 2}};

// Units that run convolutions: on numbers without scales, and with a scale a row.
std::vector<UnitCase> convolution_cases() {
  std::vector<UnitCase> cases;
  for (const UnitCase& unit_case : unit_cases())
    for (const char* name :
         {"mac_fp16", "mac_int16", "dequant_rows", "dequant_rows_per_weight", "lut_rows", "lut_rows_128"})
      if (unit_case.name == name) cases.push_back(unit_case);
  return cases;
}

class ConvolutionFunction : public ::testing::TestWithParam<UnitCase> {
 protected:
  // Every layer runs on two accelerators in three dataflows, under two mappings or more.
  static void check_all(Accumulator accumulator, Values values,
                        const std::function<void(const SampleRuns&)>& check) {
    EXPECT_GE(for_all_runs(GetParam(), accumulator, kConvolutions, values, check),
              2 * 2 * kConvolutions.size());
  }
};

TEST_P(ConvolutionFunction, EqualsTheReferenceBitForBit) {
  check_all(Accumulator::fp32, Values::ordinary, expect_reference_outputs);
  check_all(Accumulator::fp16, Values::extreme, expect_reference_outputs);
}

TEST_P(ConvolutionFunction, IsWithinTheRoundingBound) {
  check_all(Accumulator::fp32, Values::ordinary,
            [](const SampleRuns& run) { expect_bounded_outputs(GetParam(), run, 0.02); });
  check_all(Accumulator::fp16, Values::ordinary,
            [](const SampleRuns& run) { expect_bounded_outputs(GetParam(), run, 0.15); });
}

TEST_P(ConvolutionFunction, IsExactOnSmallIntegers) {
  check_all(Accumulator::fp32, Values::integers, expect_exact_outputs);
  check_all(Accumulator::fp16, Values::integers, expect_exact_outputs);
}

INSTANTIATE_TEST_SUITE_P(All, ConvolutionFunction, ::testing::ValuesIn(convolution_cases()),
                         [](const auto& test_info) { return test_info.param.name; });

}  // namespace
}  // namespace eyeshift::testing
