#include <gmock/gmock.h>

#include "tests/support/run_eyeshift.h"

// --set and --only, of a whole run.

namespace eyeshift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

class RunOptions : public testing::Test {
 protected:
  Outcome simulate(const std::string& accelerator, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"simulate", "--accelerator",   accelerator, "--network",
                                          "opt-125m", "--scheme",        "fp16",      "--force",
                                          "--output", folder_ / "r.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_eyeshift(arguments);
  }
  Json report() const { return json_of(folder_ / "r.json"); }

  TestFolder folder_;
};

// A file that says the same gives the same run.
TEST_F(RunOptions, ASettingIsAsGoodAsAFile) {
  const std::string file =
      folder_.write("mine.yaml", replaced(content_of(project_file("configs/accelerators/eyeriss-168.yaml")),
                                          "link_bits: 64", "link_bits: 128"));
  ASSERT_EQ(simulate(file, {}).status, 0);
  const Json by_file = report();
  ASSERT_EQ(simulate("eyeriss-168", {}).status, 0);
  EXPECT_NE(report()["cycles"], by_file["cycles"]);
  ASSERT_EQ(simulate("eyeriss-168", {"--set", "dram.link_bits=128"}).status, 0);
  Json by_setting = report();
  EXPECT_EQ(by_setting["accelerator"]["name"], "eyeriss-168 (dram.link_bits=128)");
  EXPECT_EQ(by_setting["accelerator"]["dram"]["link_bits"], 128);
  by_setting["accelerator"]["name"] = by_file["accelerator"]["name"];
  by_setting.erase("simulator");
  Json expected = by_file;
  expected.erase("simulator");
  EXPECT_TRUE(by_setting == expected);
}

TEST_F(RunOptions, EveryCommandWithAnAcceleratorTakesSettings) {
  const std::vector<std::vector<std::string>> commands = {
      {"simulate", "--accelerator", "eyeriss-168", "--network", "opt-tiny", "--scheme", "fp16"},
      {"compare", "--accelerator", "eyeriss-168", "--network", "opt-tiny", "--schemes", "fp16@mac-fp16"},
      {"perplexity", "--checkpoint", "opt-tiny", "--text", "evaluation", "--windows", "1", "--arithmetic",
       "lut"},
      {"audit", "shiftaddllm", "--network", "opt-125m"}};
  for (std::vector<std::string> arguments : commands) {
    arguments.insert(arguments.end(), {"--set", "glb.bank_bites=8"});
    const Outcome outcome = run_eyeshift(arguments);
    EXPECT_EQ(outcome.status, 2) << arguments.front();
    EXPECT_THAT(outcome.err,
                StartsWith("eyeshift " + arguments.front() +
                           ": error: --set glb.bank_bites=8: unknown key 'glb.bank_bites': did you mean "
                           "'bank_bytes'? Allowed here: bank_bytes, filter_banks"));
  }
}

TEST_F(RunOptions, OnlySimulatesTheLayersThatItNames) {
  ASSERT_EQ(simulate("eyeriss-168", {}).status, 0);
  const Json all = report();
  ASSERT_EQ(simulate("eyeriss-168", {"--only", "fc?"}).status, 0);
  const Json some = report();
  ASSERT_EQ(some["layers"].size(), 2u);
  int64_t cycles = 0;
  for (const Json& layer : all["layers"]) {
    if (layer["name"] != "fc1" && layer["name"] != "fc2") continue;
    EXPECT_TRUE(layer == some["layers"][layer["name"] == "fc1" ? 0 : 1]);
    cycles += layer["count"].get<int64_t>() * layer["cycles"].get<int64_t>();
  }
  EXPECT_EQ(some["cycles"], cycles);
  EXPECT_THAT(some["left_out_layers"], ElementsAre("q_proj", "k_proj", "v_proj", "out_proj", "lm_head"));
  EXPECT_FALSE(all.contains("left_out_layers"));
  ASSERT_EQ(run_eyeshift({"price", "--result", folder_ / "r.json", "--table", "horowitz-cacti-45nm",
                          "--output", folder_ / "priced.json"})
                .status,
            0);
  EXPECT_EQ(json_of(folder_ / "priced.json")["left_out_layers"], some["left_out_layers"]);
}

TEST_F(RunOptions, OnlyReachesWhatAContextAdds) {
  ASSERT_EQ(simulate("eyeriss-168", {"--context", "64", "--only", "attention.*"}).status, 0);
  ASSERT_EQ(report()["layers"].size(), 2u);
  EXPECT_EQ(report()["layers"][0]["name"], "attention.qk");
}

TEST_F(RunOptions, OnlyRefusesAnUnknownLayer) {
  const Outcome outcome = simulate("eyeriss-168", {"--only", "fc3"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("--only 'fc3': network 'opt-125m' has no such layer: did you mean 'fc1'?"));
  EXPECT_THAT(simulate("eyeriss-168", {"--only", "*.lm_tail"}).err, HasSubstr("it has q_proj, k_proj"));
}

}  // namespace
}  // namespace eyeshift
