#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "dataflows/dataflow.h"
#include "models/pe/unit.h"
#include "sim/replay/replay.h"
#include "tests/models/reference/random_layer.h"
#include "tests/models/reference/reference_executor.h"
#include "tests/models/reference/sample_runs.h"
#include "tests/models/reference/unit_cases.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift::testing {
namespace {

// Odd machines on odd layers: narrow and wide networks, slow and fast links, few banks, tiny scratchpads.
class RandomCase {
 public:
  explicit RandomCase(unsigned seed) : random_(seed) {}

  int64_t pick(std::initializer_list<int64_t> values) {
    return values.begin()[std::uniform_int_distribution<size_t>(0, values.size() - 1)(random_)];
  }
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  AcceleratorConfig machine(const std::string& unit) {
    AcceleratorConfig config;
    config.name = "random";
    config.clocks = {pick({1000, 2000, 3000, 200}), pick({1000, 600, 3000, 7000})};
    config.array.rows = static_cast<int>(between(1, 5));
    config.array.cols = static_cast<int>(between(1, 5));
    config.array.units = {unit};
    if (unit != "mac-fp16") {
      config.array.units.push_back("mac-fp16");
      config.array.fp16_lanes = static_cast<int>(pick({0, config.array.cols, 1}));
    }
    config.array.accumulator = pick({0, 1}) != 0 ? Accumulator::fp16 : Accumulator::fp32;
    config.array.dequant = pick({0, 1}) != 0 ? DequantMode::per_weight : DequantMode::per_group;
    config.spad_words = {static_cast<int>(between(24, 200)), static_cast<int>(between(8, 30)),
                         static_cast<int>(between(8, 64)), static_cast<int>(pick({128, 256}))};
    config.noc_bits = {static_cast<int>(pick({16, 24, 64, 128, 256})),
                       static_cast<int>(pick({16, 32, 64, 256})), static_cast<int>(pick({32, 64, 128})),
                       static_cast<int>(pick({32, 64, 128})), static_cast<int>(pick({8, 16, 32, 64}))};
    config.glb.port_bits = static_cast<int>(pick({32, 64, 128, 256}));
    config.glb.bank_bytes = pick({64, 128, 512});
    config.glb.filter_banks = static_cast<int>(between(1, 3));
    config.glb.shared_banks = static_cast<int>(between(20, 60));
    config.glb.double_buffer = pick({0, 1}) != 0;
    config.dram.link_bits = static_cast<int>(pick({8, 32, 64, 256}));
    config.dram.burst_bytes = static_cast<int>(pick({32, 64}));
    config.dram.latency_cycles = static_cast<int>(pick({0, 1, 7, 30}));
    if (pick({0, 1}) != 0) config.compression = AcceleratorConfig::Compression::rlc;
    return config;
  }

  std::string dataflow() {
    const std::vector<std::string> names = {"row-stationary", "weight-stationary", "output-stationary",
                                            "input-stationary"};
    return names[static_cast<size_t>(between(0, 3))];
  }

  LayerShape convolution() {
    Convolution conv;
    conv.groups = between(1, 2);
    conv.C = conv.groups * between(1, 9);
    conv.R = between(1, 3);
    conv.H = between(conv.R, 9);
    conv.stride = between(1, 3);
    conv.pad = between(0, conv.R - 1);
    LayerShape shape = testing::convolution(conv, conv.groups * between(1, 20));
    shape.zero_fraction = static_cast<double>(between(0, 10)) / 10;
    shape.output_zero_fraction = static_cast<double>(between(0, 10)) / 10;
    return shape;
  }

 private:
  std::mt19937 random_;
};

struct SchemeUnit {
  const char* scheme;
  const char* unit;
};
const SchemeUnit kPairs[] = {{"fp16", "mac-fp16"},         {"int8", "mac-int8"},
                             {"gptq", "dequant-mac"},      {"bcq", "lut"},
                             {"quip", "dequant-mac"},      {"int16", "mac-int16"},
                             {"shiftaddllm-block", "lut"}, {"shiftaddllm-block", "shift-add"}};

void expect_same(const LayerResult& a, const LayerResult& b, const std::string& where) {
  EXPECT_EQ(a.cycles, b.cycles) << where;
  EXPECT_EQ(a.ticks, b.ticks) << where;
  EXPECT_EQ(a.macs, b.macs) << where;
  EXPECT_EQ(a.padding_macs, b.padding_macs) << where;
  EXPECT_EQ(a.active_pes, b.active_pes) << where;
  EXPECT_EQ(a.busy_pe_cycles, b.busy_pe_cycles) << where;
  EXPECT_EQ(a.pe_busy_cycles, b.pe_busy_cycles) << where;
  EXPECT_EQ(a.exposed_dram_cycles, b.exposed_dram_cycles) << where;
  EXPECT_EQ(a.bound_by, b.bound_by) << where;
  for (size_t action = 0; action < kActionCount; ++action)
    EXPECT_EQ(a.actions.n[action], b.actions.n[action]) << where << ": " << kActionInfo[action].key;
  ASSERT_EQ(a.passes.size(), b.passes.size()) << where;
  for (size_t i = 0; i < a.passes.size(); ++i) {
    EXPECT_EQ(a.passes[i].first_pass, b.passes[i].first_pass) << where;
    EXPECT_EQ(a.passes[i].passes, b.passes[i].passes) << where;
    EXPECT_EQ(a.passes[i].cycles, b.passes[i].cycles) << where;
    EXPECT_EQ(a.passes[i].cycles_least, b.passes[i].cycles_least) << where;
    EXPECT_EQ(a.passes[i].cycles_most, b.passes[i].cycles_most) << where;
  }
}

// A machine and a layer, with a few of the mappings that a dataflow proposes.
struct RandomRun {
  AcceleratorConfig accelerator;
  std::vector<ReplayJob> jobs;  // a mapping each
  std::vector<MappingEstimate> expected;
};

// Nothing where the layer fits no mapping, which is then said with the layer's name.
std::optional<RandomRun> random_run(unsigned seed) {
  RandomCase random(seed);
  const SchemeUnit& pair = kPairs[seed % std::size(kPairs)];
  RandomRun run;
  run.accelerator = random.machine(pair.unit);
  ReplayJob job;
  job.shape = {"layer", random.between(1, 90), random.between(1, 90), 1, {}, 0, 0};
  job.tokens = random.between(1, 7);
  job.unit = pair.unit;
  job.dataflow = random.dataflow();
  QuantizeOptions options;
  options.bits = static_cast<int>(random.between(2, 4));
  const std::string scheme = pair.scheme;
  if (random.pick({0, 1}) != 0 && scheme != "int8" && scheme != "quip" && scheme != "shiftaddllm-block") {
    job.shape = random.convolution();
  } else if (random.pick({0, 1}) != 0 && (scheme == "gptq" || scheme == "bcq")) {
    options.group_size = 16;
    job.shape.K = (job.shape.K + 15) / 16 * 16;
  }
  job.encoding = Registry<Quantizer>::instance().find(scheme, "scheme").encoding(job.shape, options);
  const Dataflow& dataflow = Registry<Dataflow>::instance().find(job.dataflow, "dataflow");
  std::vector<MappingEstimate> mappings;
  try {
    mappings = dataflow.mappings(job.shape, job.encoding, job.tokens, run.accelerator, job.unit);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("layer"));
    return std::nullopt;
  }
  for (size_t i = 0; i < mappings.size(); i += std::max<size_t>(1, mappings.size() / 4)) {
    job.mapping = mappings[i].mapping;
    run.jobs.push_back(job);
    run.expected.push_back(mappings[i]);
  }
  return run;
}

constexpr unsigned kSeeds = 480;

TEST(RandomMachinesTest, AreEnough) {
  int cases = 0, convolutions = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    const std::optional<RandomRun> run = random_run(seed);
    cases += run ? 1 : 0;
    convolutions += run && run->jobs.front().shape.conv ? 1 : 0;
  }
  EXPECT_GE(cases, 300);
  EXPECT_GE(convolutions, 50);
}

class RandomMachines : public ::testing::TestWithParam<unsigned> {};

// None may lose a value (the machine checks conservation itself) or stop; each counts what its dataflow
// expects, whether alike passes are skipped or not; and one mapping of each computes what the reference does,
// in the time of the run without values.
TEST_P(RandomMachines, CountWhatIsExpectedSkipExactlyAndComputeTheReference) {
  const std::optional<RandomRun> run = random_run(GetParam());
  if (!run) return;
  const size_t mappings = run->jobs.size(), computed = GetParam() % mappings;
  std::vector<ReplayJob> jobs = run->jobs;
  for (ReplayJob job : run->jobs) {
    job.fast_forward = false;
    jobs.push_back(job);
  }
  ReplayJob functional = run->jobs[computed];
  const Layer layer = random_layer(functional.shape, functional.encoding, Values::ordinary, GetParam());
  const std::vector<uint16_t> inputs =
      random_inputs(functional.tokens, inputs_of(functional.shape), Values::ordinary, 0, GetParam() + 1);
  functional.layer = &layer;
  functional.inputs = &inputs;
  jobs.push_back(functional);

  const std::vector<ReplayResult> replayed = replay(run->accelerator, jobs, 2);
  for (size_t i = 0; i < mappings; ++i) {
    const ReplayJob& job = run->jobs[i];
    const std::string where = job.dataflow + ", mapping " + to_string(job.mapping);
    const LayerResult& full = replayed[mappings + i].result;
    EXPECT_EQ(full.macs, job.shape.K * job.shape.M * job.shape.positions() * job.tokens);
    for (size_t action = 0; action < kActionCount; ++action)
      EXPECT_EQ(full.actions.n[action], run->expected[i].actions.n[action])
          << where << ": " << kActionInfo[action].key;
    expect_same(replayed[i].result, full, where);
    if (i == computed) expect_same(replayed.back().result, full, where + ", functional");
  }

  const Schedule schedule = Registry<Dataflow>::instance()
                                .find(functional.dataflow, "dataflow")
                                .schedule(functional.shape, functional.encoding, functional.tokens,
                                          run->accelerator, functional.unit, functional.mapping);
  const std::vector<uint16_t> reference = execute_reference(layer, inputs, schedule, run->accelerator);
  const std::vector<uint16_t>& outputs = replayed.back().outputs;
  ASSERT_EQ(outputs.size(), reference.size());
  for (size_t i = 0; i < outputs.size(); ++i)
    ASSERT_TRUE(same_half(outputs[i], reference[i]))
        << functional.dataflow << ", mapping " << to_string(functional.mapping) << ", output " << i;
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomMachines, ::testing::Range(0u, kSeeds));

}  // namespace
}  // namespace eyeshift::testing
