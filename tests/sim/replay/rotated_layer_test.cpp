#include <gmock/gmock.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "energy_tables/table.h"
#include "sim/simulate.h"
#include "sim/values/input_form.h"
#include "tests/models/reference/functional_bound.h"
#include "tests/models/reference/reference_executor.h"
#include "tests/models/reference/sample_runs.h"

// Layers that take their inputs rotated: what a functional run computes of them against products executed
// one after the other by the reference executor, and against the weights that they stand for.

namespace eyeshift::testing {
namespace {

float value_of(uint16_t half) { return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(half)); }

const UnitCase& case_named(const std::string& name) {
  return *std::find_if(unit_cases().begin(), unit_cases().end(),
                       [&](const UnitCase& each) { return each.name == name; });
}

// Random [n, n], its columns about as long as an orthogonal matrix's; row-major halves.
std::vector<float> random_factor(int64_t n, uint32_t seed) {
  std::vector<float> entries;
  for (const uint16_t half : random_inputs(n, n, Values::ordinary, 0, seed))
    entries.push_back(static_cast<float>(Eigen::half(value_of(half) / std::sqrt(static_cast<float>(n)))));
  return entries;
}

// n = p q.
Rotation random_rotation(int64_t p, int64_t q, uint32_t seed) {
  std::vector<int32_t> order(static_cast<size_t>(p * q));
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::minstd_rand(seed));
  if (p == 1) return {{-1.0f}, random_factor(q, seed + 1), order};
  return {random_factor(p, seed), random_factor(q, seed + 1), order};
}

struct Factors {
  int64_t p, q;
};

Layer rotated_layer(const UnitCase& unit_case, Factors inputs, Factors outputs) {
  const LayerShape shape{"rotated", inputs.p * inputs.q, outputs.p * outputs.q};
  Encoding encoding = unit_case.encoding(shape.K, shape.M);
  encoding.inputs = InputForm::rotated;
  Layer layer = random_layer(shape, encoding, Values::ordinary, 3);
  for (int64_t k = 0; k < shape.K; ++k) layer.input_scales.push_back(0.7f + 0.1f * static_cast<float>(k % 8));
  layer.rotate_inputs = random_rotation(inputs.p, inputs.q, 11);
  layer.rotate_outputs = random_rotation(outputs.p, outputs.q, 21);
  return layer;
}

struct FunctionalLayer {
  std::vector<uint16_t> outputs;
  RunReport report;
};

FunctionalLayer run_functionally(const Layer& layer, const UnitCase& unit_case,
                                 const AcceleratorConfig& accelerator, const std::vector<uint16_t>& inputs,
                                 int64_t tokens) {
  Trace trace;
  trace.network = "one";
  trace.layers = {layer};
  SimulateTask task{accelerator, workload_of(trace), {}};
  task.options.unit = unit_case.unit;
  task.options.tokens = tokens;
  FunctionalRun run;
  std::vector<float> values;
  for (const uint16_t half : inputs) values.push_back(value_of(half));
  run.inputs["rotated"] = formed_inputs(layer, values.data(), static_cast<int64_t>(values.size()));
  const std::vector<RunReport> reports =
      simulate({task}, {load_table("horowitz-cacti-45nm-lpddr4")}, 2, &run);
  return {run.outputs.at("rotated"), reports.front()};
}

// What the machine must compute, and how far each value may lie from the exact one, product by product.
class Reference {
 public:
  Reference(const AcceleratorConfig& accelerator, const RunReport& report)
      : accelerator_(accelerator), report_(report) {}

  // x over the scales, by products with their inverses.
  void begin(const Layer& layer, const std::vector<uint16_t>& inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      const float scale = layer.input_scales[i % layer.input_scales.size()];
      const Eigen::half product(value_of(inputs[i]) * static_cast<float>(Eigen::half(1 / scale)));
      values_.push_back(Eigen::numext::bit_cast<uint16_t>(product));
      const double exact = static_cast<double>(value_of(inputs[i])) / static_cast<double>(scale);
      errors_.push_back(std::abs(exact) * 2.001 * 0x1p-11 + 0x1p-25);  // two roundings to half
    }
  }

  // Every vector in the rotation's order as a [p, q] matrix, left on its columns and then right on its rows;
  // backward the order comes last.
  void rotate(const std::string& name, const Rotation& rotation, Factors n, bool backward) {
    if (!backward) put_in_order(rotation.order, false);
    std::vector<float> right = rotation.right;
    if (n.p > 1)
      multiply(name + ".left", factor(rotation.left, n.p, backward), by_columns(n));
    else
      for (float& entry : right) entry *= rotation.left.front();
    multiply(name + ".right", factor(right, n.q, backward), in_order());
    if (backward) put_in_order(rotation.order, true);
  }

  void multiply(const Layer& layer) {
    Layer plain = layer;
    plain.encoding.inputs = InputForm::plain;
    multiply(layer.shape.name, plain, in_order());
  }

  const std::vector<uint16_t>& values() const { return values_; }
  const std::vector<double>& errors() const { return errors_; }

 private:
  static Layer factor(const std::vector<float>& entries, int64_t n, bool backward) {
    Layer layer;
    layer.shape = {"factor", n, n};
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j)
        layer.weight.push_back(Eigen::numext::bit_cast<uint16_t>(
            Eigen::half(entries[static_cast<size_t>(backward ? j * n + i : i * n + j)])));
    return layer;
  }

  void put_in_order(const std::vector<int32_t>& order, bool backward) {
    const std::vector<uint16_t> values = values_;
    const std::vector<double> errors = errors_;
    for (size_t at = 0; at < values.size(); ++at) {
      const size_t there = at / order.size() * order.size() + static_cast<size_t>(order[at % order.size()]);
      const size_t from = backward ? at : there, to = backward ? there : at;
      values_[to] = values[from];
      errors_[to] = errors[from];
    }
  }

  std::vector<size_t> in_order() const {
    std::vector<size_t> order(values_.size());
    std::iota(order.begin(), order.end(), 0);
    return order;
  }

  std::vector<size_t> by_columns(Factors n) const {
    std::vector<size_t> order;
    for (size_t vector = 0; vector < values_.size(); vector += static_cast<size_t>(n.p * n.q))
      for (int64_t j = 0; j < n.q; ++j)
        for (int64_t i = 0; i < n.p; ++i) order.push_back(vector + static_cast<size_t>(i * n.q + j));
    return order;
  }

  // The product of the layer with the values in that order, as the machine's mapping sums it; a square
  // matrix's outputs take their inputs' places.
  void multiply(const std::string& name, const Layer& layer, const std::vector<size_t>& order) {
    const auto K = static_cast<size_t>(layer.shape.K), M = static_cast<size_t>(layer.shape.M);
    std::vector<uint16_t> x;
    for (const size_t at : order) x.push_back(values_[at]);
    const auto vectors = static_cast<int64_t>(x.size() / K);
    const auto found = std::find_if(report_.layers.begin(), report_.layers.end(),
                                    [&](const LayerReport& each) { return each.shape.name == name; });
    ASSERT_NE(found, report_.layers.end()) << name;
    ASSERT_EQ(found->tokens, vectors) << name;
    const Schedule schedule = row_stationary().schedule(layer.shape, layer.encoding, vectors, accelerator_,
                                                        found->unit, found->mapping);
    const std::vector<uint16_t> y = execute_reference(layer, x, schedule, accelerator_);
    const std::vector<Bounded> bounds =
        rounding_bounds({found->unit, found->unit, nullptr}, accelerator_, layer, x, vectors);
    const std::vector<float> weights = decode(layer);
    std::vector<double> carried(y.size());
    for (size_t at = 0; at < y.size(); ++at)
      for (size_t k = 0; k < K; ++k)
        carried[at] +=
            std::abs(static_cast<double>(weights[at % M * K + k])) * errors_[order[at / M * K + k]];
    values_.resize(y.size());
    errors_.resize(y.size());
    for (size_t at = 0; at < y.size(); ++at) {
      const size_t place = K == M ? order[at] : at;
      values_[place] = y[at];
      errors_[place] = carried[at] + bounds[at].bound;
    }
  }

  const AcceleratorConfig& accelerator_;
  const RunReport& report_;
  std::vector<uint16_t> values_;
  std::vector<double> errors_;
};

class RotatedLayer : public ::testing::TestWithParam<const char*> {};

// Square factors, one that is the sign of the other, and a layer of one output.
const std::vector<std::pair<Factors, Factors>> kShapes = {
    {{6, 8}, {4, 6}}, {{1, 23}, {5, 5}}, {{4, 4}, {1, 13}}, {{3, 5}, {1, 1}}};

TEST_P(RotatedLayer, EqualsProductsByTheReferenceWithinTheBound) {
  constexpr int64_t kTokens = 3;
  const UnitCase& unit_case = case_named(GetParam());
  for (const Accumulator accumulator : {Accumulator::fp32, Accumulator::fp16})
    for (const auto& [inputs, outputs] : kShapes) {
      const AcceleratorConfig accelerator = accelerators_for(unit_case, accumulator).back();
      const Layer layer = rotated_layer(unit_case, inputs, outputs);
      const auto K = static_cast<size_t>(layer.shape.K), M = static_cast<size_t>(layer.shape.M);
      const std::vector<uint16_t> x = random_inputs(kTokens, layer.shape.K, Values::ordinary, 0, 4);
      const FunctionalLayer run = run_functionally(layer, unit_case, accelerator, x, kTokens);

      Reference reference(accelerator, run.report);
      reference.begin(layer, x);
      reference.rotate("rotated.rotate_inputs", layer.rotate_inputs, inputs, false);
      reference.multiply(layer);
      reference.rotate("rotated.rotate_outputs", layer.rotate_outputs, outputs, true);
      ASSERT_EQ(run.outputs, reference.values()) << K << " inputs, " << M << " outputs";

      const std::vector<float> weights = decode(layer);
      double bound = 0, size = 0;
      for (size_t at = 0; at < run.outputs.size(); ++at) {
        double exact = 0, of_decoding = 0;
        for (size_t k = 0; k < K; ++k) {
          const double product =
              static_cast<double>(weights[at % M * K + k]) * static_cast<double>(value_of(x[at / M * K + k]));
          exact += product;
          of_decoding += std::abs(product) * 3 * 0x1p-24;
        }
        ASSERT_LE(std::abs(static_cast<double>(value_of(run.outputs[at])) - exact),
                  reference.errors()[at] + of_decoding);
        bound += reference.errors()[at];
        size += std::abs(exact);
      }
      // Five products in half precision one after the other leave little of the worst case: nothing of fp16.
      if (accumulator == Accumulator::fp16) continue;
      EXPECT_LT(bound, size / 2) << "the bound says nothing";
    }
}

INSTANTIATE_TEST_SUITE_P(All, RotatedLayer,
                         ::testing::Values("shift_add_columns", "lut_columns", "dequant_layer"),
                         [](const auto& test_info) { return std::string(test_info.param); });

}  // namespace
}  // namespace eyeshift::testing
