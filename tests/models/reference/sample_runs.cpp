#include "tests/models/reference/sample_runs.h"

#include <gmock/gmock.h>

#include <Eigen/Core>
#include <cmath>

#include "sim/replay/replay.h"
#include "tests/models/reference/exact_product.h"
#include "tests/models/reference/functional_bound.h"
#include "tests/models/reference/reference_executor.h"

namespace eyeshift::testing {
namespace {

float value_of(uint16_t half) { return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(half)); }

}  // namespace

LayerShape convolution(const Convolution& conv, int64_t M) {
  LayerShape shape;
  shape.name = "C " + std::to_string(conv.C) + " H " + std::to_string(conv.H) + " R " +
               std::to_string(conv.R) + " stride " + std::to_string(conv.stride) + " pad " +
               std::to_string(conv.pad) + " groups " + std::to_string(conv.groups);
  shape.K = conv.C / conv.groups * conv.R * conv.R;
  shape.M = M;
  shape.conv = conv;
  return shape;
}

int64_t inputs_of(const LayerShape& shape) {
  return shape.conv ? shape.conv->C * shape.conv->H * shape.conv->H : shape.K;
}

bool same_half(uint16_t a, uint16_t b) {
  return a == b || (std::isnan(value_of(a)) && std::isnan(value_of(b)));
}

SampleRuns::SampleRuns(const UnitCase& unit_case, AcceleratorConfig accelerator, const Size& size,
                       Values values, std::string dataflow, std::vector<Mapping> mappings)
    : accelerator_(std::move(accelerator)),
      dataflow_(std::move(dataflow)),
      tokens_(size.tokens),
      mappings_(std::move(mappings)) {
  const auto& [shape, tokens] = size;
  const Dataflow& order = Registry<Dataflow>::instance().find(dataflow_, "dataflow");
  layer_ = random_layer(shape, unit_case.encoding(shape.K, shape.M), values, 7);
  inputs_ = random_inputs(tokens, inputs_of(shape), values, largest_integer(unit_case.unit), 8);
  const size_t each = dataflow_ == "row-stationary" ? 2 : 1;
  if (mappings_.empty())
    mappings_ =
        sample_mappings(shape, layer_.encoding, tokens, accelerator_, unit_case.unit, each, each, order);
  std::vector<ReplayJob> jobs;
  for (const Mapping& mapping : mappings_) {
    ReplayJob job;
    job.shape = shape;
    job.encoding = layer_.encoding;
    job.tokens = tokens;
    job.unit = unit_case.unit;
    job.dataflow = dataflow_;
    job.mapping = mapping;
    job.layer = &layer_;
    job.inputs = &inputs_;
    jobs.push_back(job);
  }
  for (ReplayResult& result : replay(accelerator_, jobs, 2)) outputs_.push_back(std::move(result.outputs));
  for (const ReplayJob& job : jobs)
    schedules_.push_back(order.schedule(shape, job.encoding, tokens, accelerator_, job.unit, job.mapping));
}

std::string SampleRuns::describe(size_t mapping) const {
  return accelerator_.name + ", " + dataflow_ + ", layer " + layer_.shape.name + ", " +
         std::to_string(tokens_) + " tokens, mapping " + to_string(mappings_[mapping]);
}

std::string SampleRuns::describe(size_t mapping, size_t output) const {
  const auto of_token = static_cast<size_t>(layer_.shape.M * layer_.shape.positions());
  return describe(mapping) + ", output " + std::to_string(output % of_token) + " of token " +
         std::to_string(output / of_token);
}

size_t for_all_runs(const UnitCase& unit_case, Accumulator accumulator, const std::vector<Size>& sizes,
                    Values values, const std::function<void(const SampleRuns&)>& check) {
  size_t runs = 0;
  for (const AcceleratorConfig& accelerator : accelerators_for(unit_case, accumulator)) {
    for (const Size& size : sizes) {
      for (const std::string& dataflow : Registry<Dataflow>::instance().names()) {
        const SampleRuns run(unit_case, accelerator, size, values, dataflow);
        runs += run.outputs().size();
        if (!run.outputs().empty()) check(run);
      }
    }
  }
  return runs;
}

void expect_reference_outputs(const SampleRuns& run) {
  for (size_t i = 0; i < run.outputs().size(); ++i) {
    const std::vector<uint16_t> expected =
        execute_reference(run.layer(), run.inputs(), run.schedules()[i], run.accelerator());
    ASSERT_EQ(run.outputs()[i].size(), expected.size()) << run.describe(i);
    for (size_t at = 0; at < expected.size(); ++at)
      ASSERT_TRUE(same_half(run.outputs()[i][at], expected[at]))
          << run.describe(i, at) << ": " << value_of(run.outputs()[i][at]) << ", not "
          << value_of(expected[at]);
  }
}

void expect_bounded_outputs(const UnitCase& unit_case, const SampleRuns& run, double part) {
  const std::vector<Bounded> bounds =
      rounding_bounds(unit_case, run.accelerator(), run.layer(), run.inputs(), run.tokens());
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

void expect_exact_outputs(const SampleRuns& run) {
  const std::vector<int64_t> exact = exact_product(run.layer(), run.inputs(), run.tokens());
  bool all_zero = true;
  for (const int64_t value : exact) {
    ASSERT_LE(std::abs(value), 2048) << "the layer is not small enough to be exact in half precision";
    all_zero &= value == 0;
  }
  EXPECT_FALSE(all_zero);
  for (size_t i = 0; i < run.outputs().size(); ++i) {
    ASSERT_EQ(run.outputs()[i].size(), exact.size()) << run.describe(i);
    for (size_t at = 0; at < exact.size(); ++at)
      ASSERT_EQ(value_of(run.outputs()[i][at]), static_cast<float>(exact[at])) << run.describe(i, at);
  }
}

}  // namespace eyeshift::testing
