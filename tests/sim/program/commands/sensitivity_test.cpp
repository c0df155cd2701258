#include <gmock/gmock.h>

#include "base/files/json_fields.h"
#include "tests/support/run_eyeshift.h"
#include "tests/traces/decoders/tiny_opt.h"

namespace eyeshift {
namespace {

using ::testing::HasSubstr;

class SensitivityCommand : public ::testing::Test {
 protected:
  SensitivityCommand() {
    testing::TinyOpt().write(folder_ / "");
    text_ =
        folder_.write("text", "Which layers mind, and which do not, is what a budget of bits has to know.");
  }

  Outcome sensitivity(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"sensitivity",   "--force", "--checkpoint", folder_ / "",
                                          "--calibration", text_,     "--output",     folder_ / "s.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_eyeshift(arguments);
  }

  TestFolder folder_;
  std::string text_;
};

// The first block's q, k and v see the unquantized network's inputs in a quantization, too.
TEST_F(SensitivityCommand, ErrorsAreThoseOfLayersQuantizedAlone) {
  ASSERT_EQ(sensitivity({"--bits", "2,4", "--output", folder_ / "s.csv"}).status, 0);
  const Json layers = json_of(folder_ / "s.json").at("layers");
  ASSERT_EQ(layers.size(), 12u);
  for (size_t width = 0; width < 2; ++width) {
    const std::string bits = width == 0 ? "2" : "4";
    ASSERT_EQ(run_eyeshift({"quantize", "--force", "--checkpoint", folder_ / "", "--scheme",
                            "shiftaddllm-block", "--bits", bits, "--calibration", text_, "--output",
                            folder_ / "trace", "--report", folder_ / "q.json"})
                  .status,
              0);
    const Json quantized = json_of(folder_ / "q.json").at("layers");
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(layers[i]["name"], quantized[i]["name"]);
      const Json& errors = layers[i]["errors"][width];
      EXPECT_EQ(errors["bits"], std::stoi(bits));
      EXPECT_DOUBLE_EQ(errors["relative_output_error"], quantized[i]["rel_out"].get<double>());
      EXPECT_DOUBLE_EQ(errors["weight_error"], quantized[i]["w_err"].get<double>());
    }
  }
  for (const Json& layer : layers)
    EXPECT_GT(layer["errors"][0]["output_error"], layer["errors"][1]["output_error"]) << layer["name"];
  EXPECT_THAT(content_of(folder_ / "s.csv"), HasSubstr("bits,weight_error,"));
}

TEST_F(SensitivityCommand, CriteriaAreRankedAgainstErrors) {
  ASSERT_EQ(sensitivity({"--scheme", "rtn-oc", "--bits", "3"}).status, 0);
  const Json report = json_of(folder_ / "s.json");
  EXPECT_EQ(report["agreement"].size(), report["layers"][0]["criteria"].size());
  for (const Json& one : report["agreement"]) {
    double score = 0;  // no ties among random layers
    const auto& layers = report["layers"];
    for (size_t i = 0; i < layers.size(); ++i)
      for (size_t j = 0; j < i; ++j) {
        const auto less = [&](const Json& a, const Json& b) { return a.get<double>() < b.get<double>(); };
        const std::string criterion = one["criterion"];
        const bool same =
            less(layers[i]["criteria"][criterion], layers[j]["criteria"][criterion]) ==
            less(layers[i]["errors"][0]["output_error"], layers[j]["errors"][0]["output_error"]);
        score += same ? 1 : -1;
      }
    EXPECT_DOUBLE_EQ(one["tau_output_error"], score / 66) << one["criterion"];
  }
}

TEST_F(SensitivityCommand, SchemesWithoutAWidthAreRefused) {
  for (const char* scheme : {"fp16", "shiftaddllm-mixed"}) {
    const Outcome outcome = sensitivity({"--scheme", scheme});
    EXPECT_EQ(outcome.status, 2) << scheme;
    EXPECT_THAT(outcome.err, HasSubstr(scheme));
  }
  EXPECT_EQ(sensitivity({"--bits", "2,2"}).status, 2);
}

}  // namespace
}  // namespace eyeshift
