#include <gmock/gmock.h>

#include <Eigen/Core>
#include <cmath>

#include "sim/replay.h"
#include "tests/models/functional_bound.h"
#include "tests/models/random_layer.h"
#include "tests/models/reference_executor.h"
#include "tests/models/unit_cases.h"

namespace eyeshift::testing {
namespace {

// A layer and a number of tokens. Ragged sizes divide into neither keys, nor groups, nor tiles.
struct Size {
  LayerShape shape;
  int64_t tokens;
};
const std::vector<Size> kWhole = {{{"whole", 64, 80, 1}, 1}, {{"whole", 64, 80, 1}, 5}};
const std::vector<Size> kRagged = {{{"ragged", 67, 37, 1}, 5}};

float value_of(uint16_t half) { return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(half)); }

// Equal bits, or NaN and NaN: which NaN an overflow ends in is nobody's business.
bool same(uint16_t a, uint16_t b) { return a == b || (std::isnan(value_of(a)) && std::isnan(value_of(b))); }

// A layer with its inputs, replayed under the given mappings or a sample.
class SampleRuns {
 public:
  SampleRuns(const UnitCase& unit_case, AcceleratorConfig accelerator, const Size& size, Values values,
             std::vector<Mapping> mappings = {})
      : accelerator_(std::move(accelerator)), tokens_(size.tokens), mappings_(std::move(mappings)) {
    const auto& [shape, tokens] = size;
    layer_ = random_layer(shape, unit_case.encoding(shape.K, shape.M), values, 7);
    inputs_ = random_inputs(tokens, shape.K, values, unit_case.unit == "mac-int8", 8);
    if (mappings_.empty())
      mappings_ = sample_mappings(shape, layer_.encoding, tokens, accelerator_, unit_case.unit, 2, 2);
    std::vector<ReplayJob> jobs;
    for (const Mapping& mapping : mappings_) {
      ReplayJob job;
      job.shape = shape;
      job.encoding = layer_.encoding;
      job.tokens = tokens;
      job.unit = unit_case.unit;
      job.mapping = mapping;
      job.layer = &layer_;
      job.inputs = &inputs_;
      jobs.push_back(job);
    }
    for (ReplayResult& result : replay(accelerator_, jobs, 2)) outputs_.push_back(std::move(result.outputs));
    for (const ReplayJob& job : jobs)
      schedules_.push_back(
          row_stationary().schedule(shape, job.encoding, tokens, accelerator_, job.unit, job.mapping));
  }

  const AcceleratorConfig& accelerator() const { return accelerator_; }
  const Layer& layer() const { return layer_; }
  const std::vector<uint16_t>& inputs() const { return inputs_; }
  const std::vector<Schedule>& schedules() const { return schedules_; }
  const std::vector<std::vector<uint16_t>>& outputs() const { return outputs_; }  // a mapping

  std::string describe(size_t mapping) const {
    return accelerator_.name + ", layer " + layer_.shape.name + ", " + std::to_string(tokens_) +
           " tokens, mapping " + to_string(mappings_[mapping]);
  }
  std::string describe(size_t mapping, size_t output) const {
    const auto M = static_cast<size_t>(layer_.shape.M);
    return describe(mapping) + ", output " + std::to_string(output % M) + " of token " +
           std::to_string(output / M);
  }

 private:
  AcceleratorConfig accelerator_;
  int64_t tokens_;
  Layer layer_;
  std::vector<uint16_t> inputs_;
  std::vector<Mapping> mappings_;
  std::vector<Schedule> schedules_;
  std::vector<std::vector<uint16_t>> outputs_;
};

// Runs on every accelerator.
template <typename Check>
void for_all_runs(const UnitCase& unit_case, Accumulator accumulator, const std::vector<Size>& sizes,
                  Values values, const Check& check) {
  for (const AcceleratorConfig& accelerator : accelerators_for(unit_case, accumulator))
    for (const Size& size : sizes) check(SampleRuns(unit_case, accelerator, size, values));
}

void expect_reference_outputs(const SampleRuns& run) {
  for (size_t i = 0; i < run.outputs().size(); ++i) {
    const std::vector<uint16_t> expected =
        execute_reference(run.layer(), run.inputs(), run.schedules()[i], run.accelerator());
    ASSERT_EQ(run.outputs()[i].size(), expected.size()) << run.describe(i);
    for (size_t at = 0; at < expected.size(); ++at)
      ASSERT_TRUE(same(run.outputs()[i][at], expected[at]))
          << run.describe(i, at) << ": " << value_of(run.outputs()[i][at]) << ", not "
          << value_of(expected[at]);
  }
}

// The bound must be worth something: a small part of what is added up, and exceeded by many an output when it
// is taken for its neighbour's.
void expect_bounded_outputs(const UnitCase& unit_case, const SampleRuns& run, double part) {
  const auto tokens = static_cast<int64_t>(run.outputs()[0].size()) / run.layer().shape.M;
  const std::vector<Bounded> bounds =
      rounding_bounds(unit_case, run.accelerator(), run.layer(), run.inputs(), tokens);
  for (const Bounded& bounded : bounds) ASSERT_LT(bounded.bound, part * bounded.magnitude);
  for (size_t i = 0; i < run.outputs().size(); ++i) {
    size_t strangers = 0;
    for (size_t at = 0; at < bounds.size(); ++at) {
      const double output = static_cast<double>(value_of(run.outputs()[i][at]));
      ASSERT_LE(std::abs(output - bounds[at].exact), bounds[at].bound) << run.describe(i, at);
      const Bounded& neighbour = bounds[(at + 1) % bounds.size()];
      if (!(std::abs(output - neighbour.exact) <= neighbour.bound)) ++strangers;
    }
    EXPECT_GT(strangers, bounds.size() / 4) << run.describe(i);
  }
}

// The exact product, in 64-bit integers.
void expect_exact_outputs(const SampleRuns& run) {
  const int64_t K = run.layer().shape.K, M = run.layer().shape.M;
  const std::vector<float> weights = decode(run.layer());
  for (size_t i = 0; i < run.outputs().size(); ++i) {
    bool all_zero = true;
    for (size_t at = 0; at < run.outputs()[i].size(); ++at) {
      const auto token = static_cast<int64_t>(at) / M, m = static_cast<int64_t>(at) % M;
      int64_t exact = 0;
      for (int64_t k = 0; k < K; ++k)
        exact += std::lround(weights[static_cast<size_t>(m * K + k)]) *
                 std::lround(value_of(run.inputs()[static_cast<size_t>(token * K + k)]));
      ASSERT_LE(std::abs(exact), 2048) << "the layer is not small enough to be exact in half precision";
      ASSERT_EQ(value_of(run.outputs()[i][at]), static_cast<float>(exact)) << run.describe(i, at);
      all_zero &= exact == 0;
    }
    EXPECT_FALSE(all_zero);
  }
}

class UnitFunction : public ::testing::TestWithParam<UnitCase> {};

TEST_P(UnitFunction, EqualsTheReferenceBitForBit) {
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16})
    for (const std::vector<Size>& sizes : {kWhole, kRagged})
      for_all_runs(GetParam(), accumulator, sizes, Values::ordinary, expect_reference_outputs);
}

TEST_P(UnitFunction, EqualsTheReferenceOnExtremeValues) {
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16})
    for_all_runs(GetParam(), accumulator, kRagged, Values::extreme, expect_reference_outputs);
}

TEST_P(UnitFunction, IsWithinTheRoundingBoundInSinglePrecision) {
  for_all_runs(GetParam(), Accumulator::fp32, kWhole, Values::ordinary,
               [](const SampleRuns& run) { expect_bounded_outputs(GetParam(), run, 0.02); });
}

TEST_P(UnitFunction, IsWithinTheRoundingBoundInHalfPrecision) {
  for_all_runs(GetParam(), Accumulator::fp16, kWhole, Values::ordinary,
               [](const SampleRuns& run) { expect_bounded_outputs(GetParam(), run, 0.15); });
}

TEST_P(UnitFunction, IsExactOnSmallIntegersInAnyOrder) {
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16})
    for_all_runs(GetParam(), accumulator, kWhole, Values::integers, expect_exact_outputs);
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
  const SampleRuns run(unit_case, accelerator, {{"short", 12, 4, 1}, 2}, Values::integers, {mapping});
  expect_reference_outputs(run);
  expect_exact_outputs(run);
}

INSTANTIATE_TEST_SUITE_P(All, UnitFunction, ::testing::ValuesIn(unit_cases()),
                         [](const auto& test_info) { return test_info.param.name; });

}  // namespace
}  // namespace eyeshift::testing
