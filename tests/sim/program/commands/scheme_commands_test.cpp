#include <gmock/gmock.h>

#include <Eigen/Core>
#include <fstream>
#include <string>
#include <vector>

#include "base/files/json_fields.h"
#include "tests/support/run_eyeshift.h"
#include "traces/tensor_io/npy.h"

// Schemes of the command line that ask more of it than bits: rotations, mixed bits, costs of bits.

namespace eyeshift {
namespace {

using testing::HasSubstr;

class SchemeCommands : public testing::Test {
 protected:
  SchemeCommands() {
    write("W.npy", 48, 96, 1);
    write("X.npy", 96, 120, 2);
  }

  void write(const std::string& name, int64_t rows, int64_t columns, unsigned seed) {
    std::srand(seed);
    const Eigen::Matrix<double, -1, -1, Eigen::RowMajor> values = Eigen::MatrixXd::Random(rows, columns);
    write_npy(folder_ / name, {rows, columns}, values.data());
  }

  Outcome quantize(const std::string& scheme, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "quantize", "--force", "--weights", folder_ / "W.npy", "--activations", folder_ / "X.npy",
        "--scheme", scheme,    "--output",  folder_ / "trace", "--report",      folder_ / "report.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_eyeshift(arguments);
  }

  Outcome simulate(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"simulate",    "--force",           "--accelerator",
                                          "eyeriss-168", "--trace",           folder_ / "trace",
                                          "--output",    folder_ / "run.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_eyeshift(arguments);
  }

  TestFolder folder_;
};

TEST_F(SchemeCommands, RotationsAreChargedBesideTheirLayer) {
  const Outcome quantized = quantize("shiftaddllm-column", {"--bits", "2", "--incoherence", "--seed", "4"});
  ASSERT_EQ(quantized.status, 0) << quantized.err;
  const Outcome outcome = simulate({"--unit", "shift-add", "--tokens", "5"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json layers = json_of(folder_ / "run.json").at("layers");
  // 96 = 8 x 12 inputs and 48 = 6 x 8 outputs: every token's vector takes 96 (8 + 12) and 48 (6 + 8)
  // products.
  ASSERT_EQ(layers.size(), 6u);
  EXPECT_EQ(layers[0]["unit"], "shift-add");
  EXPECT_EQ(layers[1]["name"], "weight.scale_inputs");
  const std::pair<const char*, int> expected[] = {{"weight.rotate_inputs.left", 96 * 8},
                                                  {"weight.rotate_inputs.right", 96 * 12},
                                                  {"weight.rotate_outputs.left", 48 * 6},
                                                  {"weight.rotate_outputs.right", 48 * 8}};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(layers[i + 2]["name"], expected[i].first);
    EXPECT_EQ(layers[i + 2]["macs"], 5 * expected[i].second) << expected[i].first;
    EXPECT_EQ(layers[i + 2]["unit"], "mac-fp16");
    EXPECT_GT(layers[i + 2]["energy_pJ"]["total"], 0);
  }
}

TEST_F(SchemeCommands, RotatedRunsCanBePricedAgain) {
  for (const std::string scheme : {"quip", "shiftaddllm-column"}) {
    std::vector<std::string> options = {"--bits", "3"};
    if (scheme != "quip") options.push_back("--incoherence");
    ASSERT_EQ(quantize(scheme, options).status, 0);
    ASSERT_EQ(simulate({"--tokens", "5", "--table", "horowitz-cacti-45nm-lstp"}).status, 0);
    const auto price = [&] {
      return run_eyeshift({"price", "--force", "--result", folder_ / "run.json", "--table",
                           "horowitz-cacti-45nm-lstp", "--output", folder_ / "priced.json"});
    };
    const Outcome outcome = price();
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    Json run = json_of(folder_ / "run.json");
    const Json priced = json_of(folder_ / "priced.json");
    EXPECT_TRUE(priced.at("layers") == run.at("layers")) << scheme;
    EXPECT_EQ(run["layers"][3]["name"], "weight.rotate_inputs.right");
    run["layers"][3]["tokens"] = 5;
    std::ofstream(folder_ / "run.json") << run;
    EXPECT_EQ(price().status, 2);
    EXPECT_THAT(price().err, HasSubstr("the rotation's vectors a token"));
  }
}

TEST_F(SchemeCommands, SchemesWithoutAUnitAreRefusedWithTheReason) {
  const auto expect_refused = [&](const char* scheme, const char* bits, const char* why) {
    ASSERT_EQ(quantize(scheme, {"--bits", bits}).status, 0);
    const Outcome outcome = simulate({});
    EXPECT_EQ(outcome.status, 2) << scheme;
    EXPECT_THAT(outcome.err, HasSubstr("runs on no unit")) << scheme;
    EXPECT_THAT(outcome.err, HasSubstr(why)) << scheme;
  };
  expect_refused("msfp", "3", "not by shared exponents");
  expect_refused("quip", "8", "7 where zero lies half way");  // twice an 8-bit code has 9 bits
}

TEST_F(SchemeCommands, AwqRunsAndComputesOnScaledInputs) {
  ASSERT_EQ(quantize("awq", {"--bits", "4", "--clip"}).status, 0);
  const Outcome outcome = simulate({"--functional", "--outputs", folder_ / "y"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_F(SchemeCommands, MixedBitsTakeAnAverageOrCosts) {
  ASSERT_EQ(quantize("shiftaddllm-mixed", {"--bits", "3.9"}).status, 0);
  EXPECT_EQ(json_of(folder_ / "report.json").at("layers")[0]["bits"], 3);
  const Outcome outcome = simulate({"--bit-costs", folder_ / "costs.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json costs = json_of(folder_ / "costs.json");
  EXPECT_EQ(costs.at("cost"), "energy_pJ");
  const double two = costs["layers"]["weight"]["2"], three = costs["layers"]["weight"]["3"];
  EXPECT_LT(0, two);
  EXPECT_LT(two, three);
  for (const auto& [budget, bits] : {std::pair{two, 2}, {three, 3}}) {
    ASSERT_EQ(quantize("shiftaddllm-mixed",
                       {"--bit-costs", folder_ / "costs.json", "--budget", std::to_string(budget * 1.001)})
                  .status,
              0);
    EXPECT_EQ(json_of(folder_ / "report.json").at("layers")[0]["bits"], bits);
  }
}

TEST_F(SchemeCommands, BadBudgetsNameTheirRemedy) {
  const auto error = [&](const std::vector<std::string>& more) {
    const Outcome outcome = quantize("shiftaddllm-mixed", more);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(content_of(folder_ / "trace"), "");
    return outcome.err;
  };
  EXPECT_THAT(error({"--bits", "1.5"}), HasSubstr("from 2 to 4"));
  EXPECT_THAT(error({"--bits", "two"}), HasSubstr("'two'"));
  EXPECT_THAT(error({"--bits", "2.2", "--budget", "7"}), HasSubstr("--bit-costs"));
  const std::string costs = folder_ / "costs.json";
  const auto with = [&](const std::string& content) {
    folder_.write("costs.json", content);
    return error({"--bit-costs", costs, "--budget", "10"});
  };
  EXPECT_THAT(with("[]"), HasSubstr("costs.json"));
  EXPECT_THAT(with("{}"), HasSubstr("has no object 'layers'"));
  EXPECT_THAT(with(R"({"layers": {"weight": {"2": -1}}})"), HasSubstr("not -1"));
  EXPECT_THAT(with(R"({"layers": {"weight": {"two": 1}}})"), HasSubstr("'two' must be a number of bits"));
  EXPECT_THAT(with(R"({"layers": {"other": {"2": 1}}})"), HasSubstr("'weight' has no costs"));
  const std::string dear = R"({"layers": {"weight": {"2": 11, "3": 12, "4": 13}}})";
  EXPECT_THAT(with(dear), HasSubstr("already cost 11"));
  const Outcome outcome = run_eyeshift({"quantize", "--force", "--weights", folder_ / "W.npy",
                                        "--activations", folder_ / "X.npy", "--scheme", "shiftaddllm-mixed",
                                        "--bit-costs", costs, "--budget", "13", "--output", costs});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("would overwrite '" + costs + "', an input of this run (--bit-costs)"));
  EXPECT_EQ(content_of(costs), dear);
}

}  // namespace
}  // namespace eyeshift
