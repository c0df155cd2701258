#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/types/schedule.h"
#include "tests/models/reference/random_layer.h"
#include "tests/models/reference/unit_cases.h"

namespace eyeshift::testing {

// A layer and a number of tokens or images.
struct Size {
  LayerShape shape;
  int64_t tokens = 1;
};

// A convolution's shape, its K and name from the other sizes.
LayerShape convolution(const Convolution& conv, int64_t M);

// Inputs of a token, or of an image.
int64_t inputs_of(const LayerShape& shape);

// Whether two half-precision numbers have equal bits, or are both NaN: which NaN an overflow ends in is
// nobody's business.
bool same_half(uint16_t a, uint16_t b);

// A random layer with its inputs, replayed functionally under the given mappings or, where there are none,
// under a sample of those that the dataflow accepts.
class SampleRuns {
 public:
  SampleRuns(const UnitCase& unit_case, AcceleratorConfig accelerator, const Size& size, Values values,
             std::string dataflow, std::vector<Mapping> mappings = {});

  const AcceleratorConfig& accelerator() const { return accelerator_; }
  const Layer& layer() const { return layer_; }
  const std::vector<uint16_t>& inputs() const { return inputs_; }
  int64_t tokens() const { return tokens_; }
  const std::vector<Mapping>& mappings() const { return mappings_; }
  const std::vector<Schedule>& schedules() const { return schedules_; }
  const std::vector<std::vector<uint16_t>>& outputs() const { return outputs_; }  // a mapping

  std::string describe(size_t mapping) const;
  std::string describe(size_t mapping, size_t output) const;

 private:
  AcceleratorConfig accelerator_;
  std::string dataflow_;
  int64_t tokens_;
  Layer layer_;
  std::vector<uint16_t> inputs_;
  std::vector<Mapping> mappings_;
  std::vector<Schedule> schedules_;
  std::vector<std::vector<uint16_t>> outputs_;
};

// Runs on every accelerator in every dataflow; returns how many mappings ran.
size_t for_all_runs(const UnitCase& unit_case, Accumulator accumulator, const std::vector<Size>& sizes,
                    Values values, const std::function<void(const SampleRuns&)>& check);

// Outputs are bit for bit those of the reference executor.
void expect_reference_outputs(const SampleRuns& run);

// Outputs lie within the rounding bound of the float64 product. The bound must be worth something: at most
// `part` of what is added up, and exceeded by many an output when it is taken for its neighbour's.
void expect_bounded_outputs(const UnitCase& unit_case, const SampleRuns& run, double part);

// Outputs are the product in 64-bit integers; for integer values only.
void expect_exact_outputs(const SampleRuns& run);

}  // namespace eyeshift::testing
