#include "sim/network_arithmetic.h"

#include <gmock/gmock.h>

#include "base/files/json_fields.h"
#include "base/numbers/half.h"
#include "configs/loaders/accelerator_reader.h"
#include "models/pe/listed_units.h"
#include "sim/values/input_form.h"
#include "tests/support/run_eyeshift.h"
#include "tests/traces/decoders/tiny_opt.h"
#include "traces/decoders/family.h"
#include "traces/network/perplexity.h"
#include "traces/run/quantize_network.h"

namespace eyeshift {
namespace {

using ::testing::HasSubstr;

class NetworkArithmetic : public ::testing::Test {
 protected:
  NetworkArithmetic() {
    testing::TinyOpt().write(folder_ / "");
    text_ =
        folder_.write("text", std::string(3 * 32, 'a') + "What the weights are worth, said by half a byte.");
  }

  std::unique_ptr<Network> load() const { return load_network(std::filesystem::path(folder_ / "")); }

  static AcceleratorConfig machine(const std::string& unit) {
    return specialised(load_accelerator("eyeriss-168", listed_units()), unit);
  }

  static Trace quantized(Network& network, const std::string& scheme, bool incoherence = false) {
    QuantizeOptions options;
    options.bits = Registry<Quantizer>::instance().find(scheme, "scheme").fixed_bits().value_or(3);
    options.incoherence = incoherence;
    return quantize_network(network, scheme, options, testing::random_tokens(128, 3), "random");
  }

  static Activations random_inputs(int64_t tokens, int64_t K) {
    std::srand(5);
    Activations inputs = Activations::Random(tokens, K);
    for (Eigen::Index i = 0; i < inputs.size(); ++i) inputs.data()[i] = round_to_half(inputs.data()[i]);
    return inputs;
  }

  Outcome perplexity_of(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"perplexity", "--checkpoint", folder_ / "", "--text", text_,
                                          "--window",   "32",           "--format",   "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_eyeshift(arguments);
  }

  TestFolder folder_;
  std::string text_;
};

// The mappings are searched twice, by the simulation and for the network.
TEST_F(NetworkArithmetic, LayersComputeWhatAFunctionalRunDoes) {
  const std::vector<EnergyTable> tables = {load_table("horowitz-cacti-45nm-lpddr4")};
  for (const auto& [scheme, unit, rotated] : {std::tuple("gptq", "dequant-mac", false),
                                              {"int8", "mac-int8", false},
                                              {"quip", "dequant-mac", false},
                                              {"bcq", "lut", false},
                                              {"shiftaddllm-block", "shift-add", false},
                                              {"shiftaddllm-column", "lut", true}}) {
    const auto network = load();
    const Trace trace = quantized(*network, scheme, rotated);
    SimulateTask task{machine(unit), workload_of(trace), {}};
    task.options.unit = unit;
    task.options.tokens = 4;
    FunctionalRun functional;
    std::map<std::string, Activations> inputs;
    for (const Layer& layer : trace.layers) {
      const Activations x = inputs[layer.shape.name] = random_inputs(4, layer.shape.K);
      functional.inputs[layer.shape.name] = formed_inputs(layer, x.data(), x.size());
    }
    simulate({task}, tables, 2, &functional);
    compute_in_units(*network, trace, task.accelerator, task.options, tables.front());
    for (const Linear& linear : network->layers()) {
      const std::string& name = linear.shape.name;
      const Activations outputs = linear.product(inputs[name]);
      for (size_t i = 0; i < functional.outputs[name].size(); ++i)
        ASSERT_EQ(outputs.data()[i], float_from_half(functional.outputs[name][i])) << scheme << " " << name;
    }
  }
}

TEST_F(NetworkArithmetic, InputsTakeTheFormOfTheStoredWeights) {
  for (const auto& [scheme, unit] : {std::pair("awq", "dequant-mac"), {"shiftaddllm-column", "shift-add"}}) {
    const auto network = load();
    const bool rotated = std::string(scheme) == "shiftaddllm-column";
    const Trace trace = quantized(*network, scheme, rotated);
    ASSERT_EQ(trace.layers.front().encoding.inputs, rotated ? InputForm::rotated : InputForm::scaled);
    SimulateOptions options;
    options.unit = unit;
    compute_in_units(*network, trace, machine(unit), options, load_table("horowitz-cacti-45nm-lpddr4"));
    for (const Linear& linear : network->layers()) {
      const Activations inputs = random_inputs(3, linear.shape.K);
      const Activations expected = inputs * linear.weights.use()->transpose();
      EXPECT_LT((linear.product(inputs) - expected).norm(), 2e-3f * expected.norm()) << linear.shape.name;
    }
  }
}

TEST_F(NetworkArithmetic, CompareShowsBothPerplexities) {
  const Outcome compared = run_eyeshift({"compare",
                                         "--accelerator",
                                         "eyeriss-168",
                                         "--checkpoint",
                                         folder_ / "",
                                         "--schemes",
                                         "rtn-oc@dequant-mac,fp16@mac-fp16",
                                         "--bits",
                                         "3",
                                         "--text",
                                         text_,
                                         "--calibration",
                                         text_,
                                         "--window",
                                         "32",
                                         "--windows",
                                         "2",
                                         "--arithmetic",
                                         "--format",
                                         "json",
                                         "--output",
                                         folder_ / "c.csv",
                                         "--output",
                                         folder_ / "c.txt"});
  ASSERT_EQ(compared.status, 0) << compared.err;
  ASSERT_EQ(run_eyeshift({"quantize", "--checkpoint", folder_ / "", "--scheme", "rtn-oc", "--bits", "3",
                          "--calibration", text_, "--output", folder_ / "trace"})
                .status,
            0);
  const Json side = Json::parse(compared.out)["schemes"][0];
  EXPECT_EQ(side["evaluated_tokens"], 2 * 31);
  const std::vector<std::string> of_trace = {"--trace", folder_ / "trace", "--windows", "2"};
  const Json weights = Json::parse(perplexity_of(of_trace).out);
  std::vector<std::string> in_unit = of_trace;
  in_unit.insert(in_unit.end(), {"--arithmetic", "dequant-mac"});
  const Json unit = Json::parse(perplexity_of(in_unit).out);
  EXPECT_EQ(side["perplexity"], weights["perplexity"]);
  EXPECT_EQ(side["unit_perplexity"], unit["perplexity"]);
  EXPECT_EQ(side["unit_nll"], unit["nll"]);
  EXPECT_EQ(unit["arithmetic"], "dequant-mac");
  EXPECT_EQ(unit["tokens"], 2 * 31);
  EXPECT_NE(side["unit_nll"], side["nll"]);
  EXPECT_NEAR(side["unit_nll"].get<double>(), side["nll"].get<double>(), 1e-3);
  EXPECT_THAT(content_of(folder_ / "c.csv"), HasSubstr("perplexity,unit_perplexity,"));
  EXPECT_THAT(content_of(folder_ / "c.txt"), HasSubstr("weights ppl  in unit ppl"));
  const Outcome priced = run_eyeshift({"price", "--result", folder_.write("c.json", compared.out), "--table",
                                       "horowitz-cacti-45nm-lstp", "--format", "json"});
  EXPECT_EQ(Json::parse(priced.out)["schemes"][0]["unit_nll"], side["unit_nll"]);
}

TEST_F(NetworkArithmetic, NarrowAccumulatorsShow) {
  std::string half = content_of(project_file("configs/accelerators/eyeriss-168.yaml"));
  const size_t at = half.find("accumulator: fp32");
  ASSERT_NE(at, std::string::npos);
  half.replace(at, 17, "accumulator: fp16");
  const Json wide = Json::parse(perplexity_of({"--arithmetic", "mac-fp16"}).out);
  const Json narrow = Json::parse(
      perplexity_of({"--arithmetic", "mac-fp16", "--accelerator", folder_.write("half.yaml", half)}).out);
  const Json single = Json::parse(perplexity_of({}).out);
  const auto error = [&](const Json& run) {
    return std::abs(run["nll"].get<double>() - single["nll"].get<double>());
  };
  EXPECT_GT(error(wide), 0);
  EXPECT_GT(error(narrow), error(wide));
  EXPECT_LT(error(narrow), 1e-2);
}

TEST_F(NetworkArithmetic, WhatCannotBeComputedIsRefused) {
  const auto expect_refused = [](const Outcome& outcome, const char* why) {
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, HasSubstr(why));
  };
  expect_refused(perplexity_of({"--arithmetic", "lut"}), "lut runs binary weights only");
  expect_refused(perplexity_of({"--arithmetic", "abacus"}), "abacus");
  expect_refused(perplexity_of({"--accelerator", "eyeriss-168"}), "--arithmetic");
  expect_refused(run_eyeshift({"compare", "--accelerator", "eyeriss-168", "--network", "opt-tiny",
                               "--schemes", "fp16@mac-fp16", "--arithmetic"}),
                 "--checkpoint");
}

}  // namespace
}  // namespace eyeshift
