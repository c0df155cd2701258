#include <gmock/gmock.h>

#include <tuple>

#include "dataflows/dataflow.h"
#include "sim/replay/replay.h"
#include "tests/models/reference/random_layer.h"
#include "tests/models/reference/unit_cases.h"

namespace eyeshift::testing {
namespace {

std::vector<ReplayJob> timing_jobs(const UnitCase& unit_case, const AcceleratorConfig& accelerator,
                                   const LayerShape& shape, int64_t tokens, size_t listed, size_t random) {
  std::vector<ReplayJob> jobs;
  ReplayJob job;
  job.shape = shape;
  job.encoding = unit_case.encoding(shape.K, shape.M);
  job.tokens = tokens;
  job.unit = unit_case.unit;
  for (const Mapping& mapping :
       sample_mappings(shape, job.encoding, tokens, accelerator, unit_case.unit, listed, random)) {
    job.mapping = mapping;
    jobs.push_back(job);
  }
  return jobs;
}

std::string describe(const AcceleratorConfig& accelerator, const ReplayJob& job) {
  return accelerator.name + ", layer " + job.shape.name + ", " + std::to_string(job.tokens) +
         " tokens, mapping " + to_string(job.mapping);
}

void expect_equal_counts(const ActionCounts& actual, const ActionCounts& expected, const std::string& where) {
  for (size_t i = 0; i < kActionCount; ++i)
    EXPECT_EQ(actual.n[i], expected.n[i]) << where << ": " << kActionInfo[i].key;
}

void expect_equal_results(const LayerResult& a, const LayerResult& b, const std::string& where) {
  const auto totals = [](const LayerResult& r) {
    return std::tuple(r.cycles, r.ticks, r.macs, r.padding_macs, r.active_pes, r.busy_pe_cycles,
                      r.exposed_dram_cycles, r.bound_by);
  };
  EXPECT_EQ(totals(a), totals(b)) << where;
  expect_equal_counts(a.actions, b.actions, where);
  const auto passes = [](const LayerResult& r) {
    std::vector<std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, Bound>> all;
    for (const PassRunResult& run : r.passes)
      all.emplace_back(run.first_pass, run.passes, run.cycles, run.cycles_least, run.cycles_most,
                       run.work_cycles, run.bound_by);
    return all;
  };
  EXPECT_EQ(passes(a), passes(b)) << where;
}

class Agreement : public ::testing::TestWithParam<UnitCase> {};

TEST_P(Agreement, FunctionalAndTimingRunsAreTheSame) {
  const LayerShape shape{"ragged", 67, 37, 1};
  const int64_t tokens = 5;
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16}) {
    for (const AcceleratorConfig& accelerator : accelerators_for(GetParam(), accumulator)) {
      std::vector<ReplayJob> jobs = timing_jobs(GetParam(), accelerator, shape, tokens, 2, 2);
      const Layer layer = random_layer(shape, jobs[0].encoding, Values::ordinary, 3);
      const std::vector<uint16_t> inputs = random_inputs(tokens, shape.K, Values::ordinary, 0, 4);
      const std::vector<ReplayResult> timing = replay(accelerator, jobs, 2);
      for (ReplayJob& job : jobs) {
        job.layer = &layer;
        job.inputs = &inputs;
      }
      const std::vector<ReplayResult> functional = replay(accelerator, jobs, 2);
      for (size_t i = 0; i < jobs.size(); ++i) {
        expect_equal_results(functional[i].result, timing[i].result, describe(accelerator, jobs[i]));
        EXPECT_EQ(functional[i].outputs.size(), static_cast<size_t>(tokens * shape.M));
        EXPECT_TRUE(timing[i].outputs.empty());
      }
    }
  }
}

TEST_P(Agreement, TheMachineCountsWhatTheDataflowExpects) {
  for (const AcceleratorConfig& accelerator : accelerators_for(GetParam(), Accumulator::fp32)) {
    for (const auto& [shape, tokens] :
         {std::pair(LayerShape{"ragged", 67, 37, 1}, int64_t{1}), {LayerShape{"larger", 152, 101, 1}, 7}}) {
      const std::vector<ReplayJob> jobs = timing_jobs(GetParam(), accelerator, shape, tokens, 3, 3);
      const std::vector<ReplayResult> results = replay(accelerator, jobs, 2);
      for (size_t i = 0; i < jobs.size(); ++i) {
        const MappingEstimate expected = row_stationary().estimate(
            shape, jobs[i].encoding, tokens, accelerator, jobs[i].unit, jobs[i].mapping);
        const LayerResult& result = results[i].result;
        expect_equal_counts(result.actions, expected.actions, describe(accelerator, jobs[i]));
        EXPECT_EQ(result.macs, shape.K * shape.M * tokens);
        EXPECT_GE(result.cycles, expected.cycles / 2) << describe(accelerator, jobs[i]);
        int64_t cycles = 0;
        for (const PassRunResult& run : result.passes) cycles += run.cycles;
        EXPECT_LE(cycles, result.cycles) << describe(accelerator, jobs[i]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Agreement, ::testing::ValuesIn(unit_cases()),
                         [](const auto& test_info) { return test_info.param.name; });

TEST(ReplayTest, ResultsDependNeitherOnHowManyRunAtOnceNorOnTheDay) {
  const LayerShape shape{"ragged", 67, 37, 1};
  for (const UnitCase& unit_case : {unit_cases().front(), unit_cases().back()}) {
    const AcceleratorConfig accelerator = accelerators_for(unit_case, Accumulator::fp32)[1];
    std::vector<ReplayJob> jobs = timing_jobs(unit_case, accelerator, shape, 3, 3, 3);
    const Layer layer = random_layer(shape, jobs[0].encoding, Values::ordinary, 5);
    const std::vector<uint16_t> inputs = random_inputs(3, shape.K, Values::ordinary, 0, 6);
    for (size_t i = 0; i < jobs.size(); i += 2) {
      jobs[i].layer = &layer;
      jobs[i].inputs = &inputs;
    }
    const std::vector<ReplayResult> one_by_one = replay(accelerator, jobs, 1);
    for (const int parallel : {1, 2, 5}) {
      const std::vector<ReplayResult> again = replay(accelerator, jobs, parallel);
      ASSERT_EQ(again.size(), jobs.size());
      for (size_t i = 0; i < jobs.size(); ++i) {
        expect_equal_results(again[i].result, one_by_one[i].result, describe(accelerator, jobs[i]));
        EXPECT_EQ(again[i].outputs, one_by_one[i].outputs);
      }
    }
  }
}

}  // namespace
}  // namespace eyeshift::testing
