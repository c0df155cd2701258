#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "dataflows/dataflow.h"
#include "models/units/unit.h"
#include "sim/replay.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

// Odd machines on odd layers: narrow and wide networks, slow and fast links, few banks, tiny scratchpads.
// None may lose a value (the machine checks conservation itself) or stop, and each counts what its dataflow
// expects.
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
    return config;
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
                             {"shiftaddllm-block", "lut"}, {"shiftaddllm-block", "shift-add"}};

class RandomMachines : public testing::TestWithParam<unsigned> {};

TEST_P(RandomMachines, LoseNothingAndCountWhatTheDataflowExpects) {
  RandomCase random(GetParam());
  const SchemeUnit& pair = kPairs[GetParam() % std::size(kPairs)];
  const AcceleratorConfig accelerator = random.machine(pair.unit);
  ReplayJob job;
  job.shape = {"layer", random.between(1, 90), random.between(1, 90), 1};
  job.tokens = random.between(1, 7);
  job.unit = pair.unit;
  QuantizeOptions options;
  options.bits = static_cast<int>(random.between(2, 4));
  if (random.pick({0, 1}) != 0 && (pair.scheme == std::string("gptq") || pair.scheme == std::string("bcq"))) {
    options.group_size = 16;
    job.shape.K = (job.shape.K + 15) / 16 * 16;
  }
  job.encoding = Registry<Quantizer>::instance().find(pair.scheme, "scheme").encoding(job.shape, options);
  const Dataflow& dataflow = Registry<Dataflow>::instance().find(job.dataflow, "dataflow");
  std::vector<MappingEstimate> mappings;
  try {
    mappings = dataflow.mappings(job.shape, job.encoding, job.tokens, accelerator, job.unit);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("layer"));
    return;
  }
  std::vector<ReplayJob> jobs;
  std::vector<MappingEstimate> expected;
  for (size_t i = 0; i < mappings.size(); i += std::max<size_t>(1, mappings.size() / 4)) {
    job.mapping = mappings[i].mapping;
    jobs.push_back(job);
    expected.push_back(mappings[i]);
  }
  const std::vector<ReplayResult> replayed = replay(accelerator, jobs, 2);
  for (size_t i = 0; i < jobs.size(); ++i) {
    EXPECT_EQ(replayed[i].result.macs, job.shape.K * job.shape.M * job.tokens);
    for (size_t action = 0; action < kActionCount; ++action)
      EXPECT_EQ(replayed[i].result.actions.n[action], expected[i].actions.n[action])
          << kActionInfo[action].key;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomMachines, testing::Range(0u, 300u));

}  // namespace
}  // namespace eyeshift
