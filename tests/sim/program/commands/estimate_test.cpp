#include <gmock/gmock.h>

#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

TEST(EstimateCommand, ReportsRolesLevelsAndLatencyThatAddUp) {
  const TestFolder folder;
  const Outcome outcome = run_eyeshift({"estimate", "--network", "opt-125m", "--scheme", "shiftaddllm",
                                        "--bits", "3", "--output", folder / "e.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("opt-125m, shiftaddllm, 3 bits, 1 token"));
  const Json report = json_of(folder / "e.json");
  const auto number = [](const Json& value) { return value.get<double>(); };
  double roles = 0, layers = 0, latency = 0;
  for (const char* role : {"multiply", "add", "shift", "lut_build", "lut_query"})
    roles += number(report["energy_mJ"][role]);
  for (const Json& layer : report["layers"]) {
    double operations = 0;
    for (const Json& operation : layer["operations"]) {
      const Json& levels = operation["levels_mJ"];
      operations += number(levels["compute"]);
      for (const char* level : {"dram", "glb", "noc", "rf"})
        for (const char* operand : {"inputs", "weights", "outputs"})
          operations += number(levels[level][operand]);
    }
    EXPECT_NEAR(operations, number(layer["energy_mJ"]["total"]), 1e-9 * operations);
    layers += number(layer["count"]) * operations;
    latency += number(layer["count"]) * number(layer["latency_s"]);
  }
  const double total = number(report["energy_mJ"]["total"]);
  EXPECT_NEAR(roles, total, 1e-9 * total);
  EXPECT_NEAR(layers, total, 1e-9 * total);
  EXPECT_NEAR(latency, number(report["latency_s"]), 1e-9 * latency);
  EXPECT_EQ(report["bits"], 3);
}

TEST(EstimateCommand, MixedBitsLieBetweenTwoAndThree) {
  const auto total = [](const std::string& bits) {
    const Outcome outcome = run_eyeshift({"estimate", "--network", "llama-3-8b", "--scheme", "shiftaddllm",
                                          "--bits", bits, "--format", "json"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const Json report = Json::parse(outcome.out);
    EXPECT_EQ(report["bits"], std::stod(bits));
    return report["energy_mJ"]["total"].get<double>();
  };
  EXPECT_LT(total("2"), total("2.2"));
  EXPECT_LT(total("2.2"), total("3"));
}

TEST(EstimateCommand, RefusesBadInput) {
  const auto refused = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "estimate");
    const Outcome outcome = run_eyeshift(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_THAT(refused({"--network", "opt-125m"}), HasSubstr("--scheme is missing"));
  EXPECT_THAT(refused({"--network", "opt-125m", "--scheme", "gptq", "--bits", "3"}),
              HasSubstr("expected one of fp16, lut-gemm, optq, shiftaddllm"));
  EXPECT_THAT(refused({"--network", "opt-125m", "--scheme", "optq"}), HasSubstr("--bits is missing"));
  EXPECT_THAT(refused({"--network", "opt-125m", "--scheme", "optq", "--bits", "9"}), HasSubstr("1 to 8"));
  EXPECT_THAT(refused({"--network", "opt-125m", "--scheme", "fp16", "--bits", "3"}),
              HasSubstr("from 16 to 16"));
  EXPECT_THAT(refused({"--network", "alexnet", "--scheme", "optq", "--bits", "3"}),
              HasSubstr("is a convolution"));
  EXPECT_THAT(refused({"--network", "opt-tiny", "--scheme", "fp16", "--tokens", "0"}),
              HasSubstr("--tokens '0'"));
}

}  // namespace
}  // namespace eyeshift
