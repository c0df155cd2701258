#include "sim/simulate.h"

#include <gmock/gmock.h>

#include "base/errors.h"
#include "dataflows/dataflow.h"
#include "models/pe/listed_units.h"
#include "sim/compare.h"
#include "sim/plan/choose_mapping.h"
#include "sim/plan/plan.h"
#include "sim/report/report_json.h"
#include "tests/support/sample_run.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

template <typename Function>
std::string input_error(Function&& function) {
  try {
    function();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// Offers four mappings, told apart by m.
class FourMappings : public Dataflow {
 public:
  std::string_view summary() const override { return "for tests"; }
  std::vector<MappingEstimate> mappings(const LayerShape&, const Encoding&, int64_t, const AcceleratorConfig&,
                                        const std::string&) const override {
    const auto estimate = [](int64_t m, int64_t cycles, int64_t dram_bytes) {
      MappingEstimate e;
      e.mapping.m = m;
      e.cycles = cycles;
      e.actions[Action::dram_read_weights] = dram_bytes;
      return e;
    };
    // The first has the least energy, the second the least time, the others the least product of both.
    return {estimate(1, 100000, 1000), estimate(2, 100, 1000000), estimate(3, 200, 2000),
            estimate(4, 200, 2000)};
  }
  void check(const LayerShape&, const Encoding&, int64_t, const AcceleratorConfig&, const std::string&,
             const Mapping&) const override {}
  MappingEstimate estimate(const LayerShape&, const Encoding&, int64_t, const AcceleratorConfig&,
                           const std::string&, const Mapping&) const override {
    return {};
  }
  Schedule schedule(const LayerShape&, const Encoding&, int64_t, const AcceleratorConfig&, const std::string&,
                    const Mapping&) const override {
    return {};
  }
};

TEST(ChooseMapping, TakesTheLeastEnergyTimesTimeAndTheFirstOfEquals) {
  const MappingEstimate chosen = choose_mapping(FourMappings(), {"l", 8, 8, 1}, Encoding{}, 1,
                                                default_accelerator(), "mac-fp16", default_table());
  EXPECT_EQ(chosen.mapping.m, 3);
  EXPECT_EQ(chosen.cycles, 200);
}

TEST(ChooseMapping, TakesTheLeastOfWhatIsAskedFor) {
  EnergyTable table = default_table();
  for (auto& [name, cost] : table.components) cost.leakage_mW = 0;  // energy does not grow with time
  const auto chosen = [&](Objective objective) {
    return choose_mapping(FourMappings(), {"l", 8, 8, 1}, Encoding{}, 1, default_accelerator(), "mac-fp16",
                          table, objective)
        .mapping.m;
  };
  EXPECT_EQ(chosen(Objective::energy), 1);
  EXPECT_EQ(chosen(Objective::time), 2);
  EXPECT_EQ(chosen(Objective::energy_time), 3);
}

TEST(Workload, HeadAndProjectionsStayInHalfPrecision) {
  QuantizeOptions options;
  options.bits = 3;
  const Workload workload = workload_of(
      {"sample",
       {{"fc1", 64, 64, 1}, {"project_in", 64, 64, 1}, {"project_out", 64, 64, 1}, {"lm_head", 64, 64, 1}}},
      "gptq", options);
  EXPECT_EQ(workload.bits, 3);
  EXPECT_EQ(workload.layers[0].encoding.coding, Coding::uniform);
  for (const size_t half : {1, 2, 3}) EXPECT_EQ(workload.layers[half].encoding, Encoding{}) << half;
}

TEST(UnitFor, TakesTheUnitAskedForOrTheFp16LanesBesideIt) {
  const AcceleratorConfig machine = specialised(default_accelerator(), "dequant-mac");
  Encoding uniform;
  uniform.scheme = "gptq";
  uniform.coding = Coding::uniform;
  uniform.bits = 3;
  uniform.group_cols = 64;
  uniform.scale_bits = 16;
  uniform.zero_bits = 8;
  const LayerShape shape{"fc1", 64, 64, 1};
  EXPECT_EQ(unit_for(shape, uniform, machine, "dequant-mac"), "dequant-mac");
  EXPECT_EQ(unit_for(shape, uniform, machine, ""), "dequant-mac");
  EXPECT_EQ(unit_for(shape, Encoding{}, machine, "dequant-mac"), "mac-fp16");
  EXPECT_THAT(input_error([&] { unit_for(shape, uniform, machine, "mac-fp16"); }),
              testing::AllOf(HasSubstr("fc1"), HasSubstr(": mac-fp16 runs")));
  EXPECT_THAT(input_error([&] { unit_for(shape, uniform, machine, "lut"); }), HasSubstr("has no unit 'lut'"));
}

TEST(SchemeOnUnit, IsReadFromItsText) {
  const SchemeOnUnit side = parse_scheme_on_unit("gptq@dequant-mac");
  EXPECT_EQ(side.scheme, "gptq");
  EXPECT_EQ(side.unit, "dequant-mac");
  for (const char* bad : {"gptq", "@lut", "gptq@", "a@b@c", "gptq@abacus", "magic@lut"})
    EXPECT_NE(input_error([&] { parse_scheme_on_unit(bad); }), "no error") << bad;
}

SimulateTask task_of(const std::vector<LayerShape>& shapes, const std::string& scheme,
                     const std::string& unit, int64_t tokens) {
  QuantizeOptions options;
  SimulateTask task{
      specialised(default_accelerator(), unit), workload_of({"sample", shapes}, scheme, options), {}};
  task.options.unit = unit;
  task.options.tokens = tokens;
  return task;
}

// A layer's report without its name.
Json anonymous(const RunReport& run, size_t layer) {
  Json json = to_json(run)["layers"][layer];
  json.erase("name");
  json.erase("count");
  return json;
}

TEST(Simulate, AlikeLayersShareOneExactSimulation) {
  const std::vector<LayerShape> together = {
      {"a", 64, 48, 1}, {"b", 96, 32, 1}, {"a again", 64, 48, 1}, {"a thrice", 64, 48, 3}};
  for (const auto& [scheme, unit] : {std::pair{"gptq", "dequant-mac"}, {"shiftaddllm-block", "shift-add"}}) {
    const RunReport shared = simulate({task_of(together, scheme, unit, 3)}, {default_table()}, 2).front();
    int64_t evaluated = 0;
    RunSums alone_sums;
    for (size_t i = 0; i < together.size(); ++i) {
      const RunReport alone =
          simulate({task_of({together[i]}, scheme, unit, 3)}, {default_table()}, 1).front();
      EXPECT_EQ(anonymous(alone, 0), anonymous(shared, i)) << scheme << " " << together[i].name;
      if (i < 2) evaluated += alone.simulator.evaluated_cycles;
      const RunSums one = sums(alone);
      alone_sums.cycles += one.cycles;
      alone_sums.actions.add(one.actions);
    }
    EXPECT_EQ(sums(shared).cycles, alone_sums.cycles);
    EXPECT_EQ(sums(shared).actions, alone_sums.actions);
    EXPECT_EQ(shared.simulator.evaluated_cycles, evaluated) << "only the two different layers are simulated";
  }
}

TEST(Forecast, SaysHowLongALongSimulationTakes) {
  EXPECT_EQ(forecast(20'000'000, 1), "");
  EXPECT_THAT(forecast(50'000'000, 1),
              testing::AllOf(HasSubstr("50 000 000 cycles"), HasSubstr("roughly 25 s\n")));
}

TEST(Simulate, ForecastsOnStandardErrorBeforeItStarts) {
  // Mappings of the test's own dataflow: none is ever run.
  class Endless : public FourMappings {
   public:
    std::vector<MappingEstimate> mappings(const LayerShape&, const Encoding&, int64_t,
                                          const AcceleratorConfig&, const std::string&) const override {
      MappingEstimate estimate;
      estimate.cycles = 40'000'000;
      return {estimate};
    }
    Schedule schedule(const LayerShape&, const Encoding&, int64_t, const AcceleratorConfig&,
                      const std::string&, const Mapping&) const override {
      throw InputError("started");
    }
  };
  const Registration<Dataflow, Endless> registration("endless-for-tests");
  SimulateTask task = task_of({{"a", 64, 48, 1}}, "fp16", "mac-fp16", 1);
  task.options.dataflow = "endless-for-tests";
  task.options.fast_forward = false;
  testing::internal::CaptureStderr();
  EXPECT_EQ(input_error([&] { simulate({task}, {default_table()}, 1); }), "started");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("40 000 000 cycles"));

  // How long fast-forward takes, no count of cycles says.
  task.options.fast_forward = true;
  testing::internal::CaptureStderr();
  EXPECT_EQ(input_error([&] { simulate({task}, {default_table()}, 1); }), "started");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Simulate, DoesNotDependOnTheNumberOfProcesses) {
  const std::vector<LayerShape> shapes = {{"a", 64, 48, 1}, {"b", 96, 32, 1}, {"c", 32, 96, 1}};
  const auto run = [&](int parallel) {
    RunReport report =
        simulate({task_of(shapes, "rtn-oc", "dequant-mac", 2)}, {default_table()}, parallel).front();
    report.simulator.wall_s = 0;
    return dump(to_json(report));
  };
  EXPECT_EQ(run(1), run(4));
}

TEST(Simulate, GivenMappingsAreCheckedAndUsed) {
  SimulateTask task = task_of({{"a", 64, 48, 1}}, "fp16", "mac-fp16", 1);
  const Mapping chosen = simulate({task}, {default_table()}, 1).front().layers[0].mapping;
  task.options.mappings["a"] = chosen;
  EXPECT_EQ(simulate({task}, {default_table()}, 1).front().layers[0].mapping, chosen);
  task.options.mappings["a"].t = 1000;
  EXPECT_NE(input_error([&] { simulate({task}, {default_table()}, 1); }), "no error");
  task.options.mappings = {{"z", chosen}};
  EXPECT_THAT(input_error([&] { simulate({task}, {default_table()}, 1); }), HasSubstr("'z'"));
}

// 96 = 8 x 12 inputs and 48 = 6 x 8 outputs, in each of three layers; 7 is prime, so one factor is a sign.
TEST(WorkloadTest, ShapesBringTheirRotations) {
  QuantizeOptions options;
  options.bits = 3;
  const Workload workload = workload_of({"sample", {{"fc", 96, 48, 3}, {"prime", 7, 7, 1}}}, "quip", options);
  std::vector<std::string> seen;
  for (const WorkItem& item : workload.layers)
    seen.push_back(item.shape.name + " " + std::to_string(item.shape.K) + "x" + std::to_string(item.shape.M) +
                   " " + std::to_string(item.vectors) + " " + std::to_string(item.shape.count));
  EXPECT_THAT(seen, ::testing::ElementsAre(
                        "fc 96x48 1 3", "fc.scale_inputs 1x1 96 3", "fc.rotate_inputs.left 8x8 12 3",
                        "fc.rotate_inputs.right 12x12 8 3", "fc.rotate_outputs.left 6x6 8 3",
                        "fc.rotate_outputs.right 8x8 6 3", "prime 7x7 1 1", "prime.scale_inputs 1x1 7 1",
                        "prime.rotate_inputs.right 7x7 1 1", "prime.rotate_outputs.right 7x7 1 1"));
}

}  // namespace
}  // namespace eyeshift
