#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "base/numbers/half.h"
#include "tests/support/run_eyeshift.h"
#include "traces/format/trace_file.h"
#include "traces/tensor_io/npy.h"
#include "traces/tensor_io/safetensors.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

const std::string kTiny = project_file("traces/checkpoints/opt-tiny");
const std::string kText = project_file("traces/text/evaluation.txt");

TEST(PerplexityCommand, MatchesTheCheckpointsReference) {
  const TestFolder folder;
  const Outcome outcome = run_eyeshift({"perplexity", "--checkpoint", kTiny, "--text", kText, "--output",
                                        folder / "p.json", "--logits", folder / "logits.npy"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json reference = json_of(kTiny + "/reference.json");
  const Json report = json_of(folder / "p.json");
  EXPECT_NEAR(report["perplexity"].get<double>() / reference["perplexity"].get<double>(), 1, 1e-4);
  EXPECT_EQ(report["tokens"], reference["predicted_positions"]);

  const Json& window = reference["logits_window0"];
  const Eigen::MatrixXd logits = read_npy_matrix(folder / "logits.npy");
  for (const Json& sample : window["samples"])
    EXPECT_NEAR(logits(sample["position"].get<int>(), sample["id"].get<int>()), sample["logit"].get<double>(),
                1e-3);
  for (size_t position = 0; position < window["argmax_ids"].size(); ++position) {
    Eigen::Index id;
    logits.row(static_cast<Eigen::Index>(position)).maxCoeff(&id);
    EXPECT_EQ(id, window["argmax_ids"][position].get<int>());
  }
}

// A layer of random weights, its inputs, and what the commands make of them.
class OneMatrix : public testing::Test {
 protected:
  static constexpr int kOutputs = 48, kInputs = 64, kTokens = 96;

  OneMatrix() {
    std::srand(7);
    const Eigen::Matrix<double, -1, -1, Eigen::RowMajor> W = 0.1 * Eigen::MatrixXd::Random(kOutputs, kInputs);
    const Eigen::Matrix<double, -1, -1, Eigen::RowMajor> X = Eigen::MatrixXd::Random(kInputs, kTokens);
    write_npy(folder_ / "W.npy", {kOutputs, kInputs}, W.data());
    write_npy(folder_ / "X.npy", {kInputs, kTokens}, X.data());
  }

  Outcome quantize(const std::string& scheme, const std::vector<std::string>& more = {"--bits", "3"}) {
    std::vector<std::string> arguments = {"quantize",           "--force",
                                          "--weights",          folder_ / "W.npy",
                                          "--activations",      folder_ / "X.npy",
                                          "--test-activations", folder_ / "X.npy",
                                          "--scheme",           scheme,
                                          "--output",           folder_ / "trace",
                                          "--report",           folder_ / "report.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_eyeshift(arguments);
  }

  TestFolder folder_;
};

TEST_F(OneMatrix, QuantizeReportsEveryLayer) {
  const Outcome outcome = quantize("gptq");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json layer = json_of(folder_ / "report.json").at("layers").at(0);
  EXPECT_EQ(layer["scheme"], "gptq");
  EXPECT_EQ(layer["bits"], 3);
  // 3 bits, and a 16-bit scale and a 3-bit zero point for 64 weights.
  EXPECT_DOUBLE_EQ(layer["bits_per_weight"], 3 + 19.0 / kInputs);
  EXPECT_GT(layer["rel_out"], 0);
  EXPECT_LT(layer["rel_out"], 0.1);
  EXPECT_DOUBLE_EQ(layer["rel_out_test"], layer["rel_out"]);
  EXPECT_THAT(outcome.out, HasSubstr("output error"));
  EXPECT_EQ(read_trace(folder_ / "trace").layers.at(0).encoding.scheme, "gptq");
}

// In the chip's configuration, whose feature maps are compressed and whose PEs gate zero inputs.
TEST_F(OneMatrix, FunctionalRunsCountTheZerosOfTheirValues) {
  Eigen::Matrix<double, -1, -1, Eigen::RowMajor> X = Eigen::MatrixXd::Random(kInputs, kTokens).cwiseMax(0.4);
  X = (X.array() > 0.4).select(X, 0);
  write_npy(folder_ / "X.npy", {kInputs, kTokens}, X.data());
  ASSERT_EQ(quantize("int16", {}).status, 0);
  const auto report = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"simulate", "--force",         "--accelerator", "eyeriss-v1",
                                          "--trace",  folder_ / "trace", "--tokens",      "8",
                                          "--output", folder_ / "r.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_eyeshift(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json_of(folder_ / "r.json");
  };
  const Json with_values =
      report({"--functional", "--activations", folder_ / "X.npy", "--outputs", folder_ / "y.safetensors"});
  const Json without = report({});
  const auto zeros = (X.leftCols(8).array() == 0).count();
  ASSERT_GT(zeros, 8 * kInputs / 2);
  EXPECT_EQ(with_values["layers"][0]["gated_macs"], zeros * kOutputs);
  EXPECT_EQ(without["layers"][0]["gated_macs"], 0);
  EXPECT_EQ(without["dram_bytes"]["inputs"], 8 * kInputs * 2);
  // A 64-bit word holds three values that are not zero.
  EXPECT_LT(with_values["dram_bytes"]["inputs"], 8 * kInputs * 2);
  EXPECT_GE(with_values["dram_bytes"]["inputs"].get<int64_t>() * 3 / 8, 8 * kInputs - zeros);
  EXPECT_EQ(with_values["dram_bytes"]["weights"], without["dram_bytes"]["weights"]);
  EXPECT_LE(with_values["cycles"], without["cycles"]);
}

TEST_F(OneMatrix, EqualRunsGiveEqualTraces) {
  ASSERT_EQ(quantize("shiftaddllm-block").status, 0);
  const std::string first = content_of(folder_ / "trace");
  ASSERT_EQ(quantize("shiftaddllm-block", {"--bits", "3", "--jobs", "1"}).status, 0);
  EXPECT_EQ(content_of(folder_ / "trace"), first);
}

// Relative distance of a functional run's outputs from the float64 product of decoded weights and inputs.
double functional_error(const TestFolder& folder, const std::string& trace_file, int tokens) {
  const Layer layer = read_trace(trace_file).layers.at(0);
  const std::vector<float> decoded = decode(layer);
  const Eigen::MatrixXd X = read_npy_matrix(folder / "X.npy").leftCols(tokens);
  const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> W(decoded.data(), layer.shape.M,
                                                                          layer.shape.K);
  const Eigen::MatrixXd expected = W.cast<double>() * X;

  const SafetensorsFile file(folder / "y.safetensors");
  const std::string name = layer.shape.name + ".y";
  EXPECT_EQ(file.info(name).shape, (std::vector<int64_t>{tokens, layer.shape.M}));
  const std::vector<float> y = file.read_floats(name);
  double error = 0;
  for (int token = 0; token < tokens; ++token)
    for (int64_t m = 0; m < layer.shape.M; ++m)
      error += std::pow(y[static_cast<size_t>(token * layer.shape.M + m)] - expected(m, token), 2);
  return std::sqrt(error) / expected.norm();
}

TEST_F(OneMatrix, FunctionalRunsComputeTheLayersOutputs) {
  struct Side {
    std::string scheme, unit;
    std::vector<std::string> options;
  };
  const std::vector<Side> sides = {{"fp16", "mac-fp16", {}},
                                   {"gptq", "dequant-mac", {"--bits", "3"}},
                                   {"quip", "dequant-mac", {"--bits", "3"}},
                                   {"bcq", "lut", {"--bits", "3"}},
                                   {"shiftaddllm-block", "shift-add", {"--bits", "3"}},
                                   {"shiftaddllm-column", "lut", {"--bits", "3", "--incoherence"}}};
  for (const auto& [scheme, unit, options] : sides) {
    ASSERT_EQ(quantize(scheme, options).status, 0);
    const std::vector<std::string> arguments = {"simulate",
                                                "--force",
                                                "--accelerator",
                                                "eyeriss-168",
                                                "--trace",
                                                folder_ / "trace",
                                                "--unit",
                                                unit,
                                                "--tokens",
                                                "3",
                                                "--functional",
                                                "--activations",
                                                folder_ / "X.npy",
                                                "--outputs",
                                                folder_ / "y.safetensors",
                                                "--output",
                                                folder_ / "functional.json"};
    const Outcome outcome = run_eyeshift(arguments);
    ASSERT_EQ(outcome.status, 0) << unit << ": " << outcome.err;
    EXPECT_LT(functional_error(folder_, folder_ / "trace", 3), 2e-3) << unit;

    const Outcome timing =
        run_eyeshift({"simulate", "--force", "--accelerator", "eyeriss-168", "--trace", folder_ / "trace",
                      "--unit", unit, "--tokens", "3", "--output", folder_ / "timing.json"});
    ASSERT_EQ(timing.status, 0) << timing.err;
    Json with = json_of(folder_ / "functional.json"), without = json_of(folder_ / "timing.json");
    EXPECT_EQ(with["layers"], without["layers"]) << unit;
  }
}

TEST_F(OneMatrix, ActivationsThatDoNotFitAreRefused) {
  ASSERT_EQ(quantize("rtn-oc").status, 0);
  const std::vector<std::string> base = {"simulate",    "--force",         "--accelerator", "eyeriss-168",
                                         "--trace",     folder_ / "trace", "--functional",  "--outputs",
                                         folder_ / "y", "--activations"};
  auto arguments = base;
  arguments.push_back(folder_ / "W.npy");
  Outcome outcome = run_eyeshift(arguments);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("K = 64"));

  arguments = base;
  for (const std::string& more : {folder_ / "X.npy", std::string("--tokens"), std::string("97")})
    arguments.push_back(more);
  outcome = run_eyeshift(arguments);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("only 96"));
  EXPECT_EQ(content_of(folder_ / "y"), "");
}

std::vector<std::string> compare_network(const std::string& output) {
  return {
      "compare",   "--force",  "--accelerator", "eyeriss-168",
      "--network", "opt-tiny", "--schemes",     "fp16@mac-fp16,gptq@dequant-mac,shiftaddllm-block@shift-add",
      "--bits",    "3",        "--tokens",      "1,2",
      "--output",  output};
}

TEST(CompareCommand, PutsEverySideAtEveryNumberOfTokens) {
  const TestFolder folder;
  const Outcome outcome = run_eyeshift(compare_network(folder / "c.json"));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json report = json_of(folder / "c.json");
  ASSERT_EQ(report["schemes"].size(), 6u);
  for (size_t i = 0; i < 6; ++i) {
    const Json& run = report["schemes"][i];
    EXPECT_EQ(run["tokens"], i < 3 ? 1 : 2);
    EXPECT_FALSE(run.contains("perplexity")) << "there are no weights";
    EXPECT_GT(run["energy_pJ"]["total"], 0);
    EXPECT_GT(run["cycles"], 0);
    int64_t cycles = 0, macs = 0;
    for (const Json& layer : run["layers"]) {
      cycles += layer["cycles"].get<int64_t>() * layer["count"].get<int64_t>();
      macs += layer["macs"].get<int64_t>() * layer["count"].get<int64_t>();
      EXPECT_EQ(layer["macs"],
                layer["K"].get<int64_t>() * layer["M"].get<int64_t>() * layer["tokens"].get<int64_t>());
    }
    EXPECT_EQ(run["cycles"], cycles);
    EXPECT_EQ(run["macs"], macs);
  }
  EXPECT_EQ(report["schemes"][0]["accelerator"]["array"]["units"], Json({"mac-fp16"}));
  EXPECT_EQ(report["schemes"][2]["accelerator"]["array"]["units"], Json({"shift-add", "mac-fp16"}));
}

TEST(CompareCommand, NeedsNoBitsWhereEverySchemeHasOneWidth) {
  const TestFolder folder;
  const Outcome outcome =
      run_eyeshift({"compare", "--force", "--accelerator", "eyeriss-168", "--network", "opt-tiny",
                    "--schemes", "fp16@mac-fp16,int8@mac-int8", "--output", folder / "c.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(json_of(folder / "c.json")["schemes"][0]["bits"], 16);
  EXPECT_EQ(json_of(folder / "c.json")["schemes"][1]["bits"], 8);
}

TEST(SimulateCommand, ANetworkCostsWhatItsQuantizedCheckpointDoes) {
  const TestFolder folder;
  const std::string brief = folder.write("brief.txt", "A few words to calibrate on.\n");
  ASSERT_EQ(run_eyeshift({"quantize", "--force", "--checkpoint", kTiny, "--scheme", "gptq", "--bits", "3",
                          "--calibration", brief, "--output", folder / "trace"})
                .status,
            0);
  ASSERT_EQ(run_eyeshift({"simulate", "--force", "--accelerator", "eyeriss-168", "--trace", folder / "trace",
                          "--output", folder / "trace.json"})
                .status,
            0);
  ASSERT_EQ(run_eyeshift({"simulate", "--force", "--accelerator", "eyeriss-168", "--network", "opt-tiny",
                          "--scheme", "gptq", "--bits", "3", "--output", folder / "network.json"})
                .status,
            0);
  const Json trace = json_of(folder / "trace.json"), network = json_of(folder / "network.json");
  EXPECT_EQ(network["layers"].back()["name"], "lm_head");
  EXPECT_EQ(network["layers"].back()["encoding"]["coding"], "fp16");
  for (const char* key : {"bits", "bits_per_weight", "macs", "cycles", "actions", "energy_pJ"})
    EXPECT_EQ(network[key], trace[key]) << key;
}

TEST_F(OneMatrix, GroupsOfNoSizeAreWholeRows) {
  ASSERT_EQ(quantize("rtn-oc").status, 0);
  const std::string by_default = content_of(folder_ / "trace");
  ASSERT_EQ(quantize("rtn-oc", {"--bits", "3", "--group-size", "0"}).status, 0);
  EXPECT_EQ(content_of(folder_ / "trace"), by_default);
}

TEST(PriceCommand, EqualsSimulatingWithTheOtherTable) {
  const TestFolder folder;
  const std::string other = "horowitz-cacti-45nm-lpddr4";
  ASSERT_EQ(run_eyeshift(compare_network(folder / "c.json")).status, 0);
  const Outcome outcome = run_eyeshift({"price", "--force", "--result", folder / "c.json", "--table", other,
                                        "--output", folder / "p.json", "--format", "csv"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  Json before = json_of(folder / "c.json"), after = json_of(folder / "p.json");
  EXPECT_NE(before["schemes"][0]["energy_pJ"], after["schemes"][0]["energy_pJ"]);
  EXPECT_EQ(after["schemes"][0]["tables"][0]["name"], other);
  EXPECT_EQ(before["schemes"][0]["actions"], after["schemes"][0]["actions"]);

  const std::string first = before["schemes"][0]["tables"][0]["name"];
  const Outcome back = run_eyeshift(
      {"price", "--force", "--result", folder / "p.json", "--table", first, "--output", folder / "b.json"});
  ASSERT_EQ(back.status, 0) << back.err;
  EXPECT_EQ(json_of(folder / "b.json"), before);
}

TEST(TablesCommand, ShowsEverySource) {
  const Outcome list = run_eyeshift({"tables", "list", "--format", "json"});
  ASSERT_EQ(list.status, 0) << list.err;
  const Json report = Json::parse(list.out);
  EXPECT_GE(report["tables"].size(), 2u);
  for (const Json& table : report["tables"])
    for (const Json& row : table["actions"]) EXPECT_NE(row["source"], "");
  const Outcome show = run_eyeshift({"tables", "show", "horowitz-cacti-45nm"});
  EXPECT_EQ(show.status, 0);
  EXPECT_THAT(show.out, HasSubstr("ISSCC 2014"));
  const Outcome compare = run_eyeshift({"tables", "compare"});
  EXPECT_EQ(compare.status, 0);
  EXPECT_THAT(compare.out, HasSubstr("multiply_fp16 pJ"));
}

}  // namespace
}  // namespace eyeshift
