#include <gmock/gmock.h>

#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

const std::string kTiny = project_file("traces/checkpoints/opt-tiny");

std::vector<std::string> simulate(const std::string& accelerator, const std::string& network,
                                  const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"simulate", "--accelerator", accelerator, "--network", network,
                                        "--scheme", "fp16",          "--format",  "json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(ContextCommand, RefusesBadContexts) {
  const auto expect_refused = [](const std::vector<std::string>& arguments, const std::string& message) {
    const Outcome outcome = run_eyeshift(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(message));
    EXPECT_EQ(outcome.out, "");
  };
  for (const char* bad : {"0", "-1", "2.5", "many", "1048577", ""})
    expect_refused(simulate("eyeriss-168", "opt-tiny", {"--context", bad}), "--context");
  expect_refused(simulate("eyeriss-168", "opt-tiny", {"--context", "15", "--tokens", "16"}),
                 "--context 15: must be at least the 16 new tokens");
  expect_refused(simulate("eyeriss-168", "alexnet", {"--context", "15"}),
                 "network 'alexnet' states no attention");
  expect_refused({"simulate", "--accelerator", "eyeriss-v1", "--network", "opt-tiny", "--scheme", "int16",
                  "--context", "16"},
                 "accelerator 'eyeriss-v1' has no mac-fp16");
  expect_refused({"simulate", "--accelerator", "eyeriss-168", "--trace", "any", "--context", "16"},
                 "give --network");
  expect_refused({"compare", "--accelerator", "eyeriss-168", "--checkpoint", kTiny, "--schemes",
                  "fp16@mac-fp16", "--tokens", "1,32", "--context", "16"},
                 "--context 16: must be at least the 32 new tokens");
}

TEST(ContextCommand, ReportsKindsAndTheKvCache) {
  const Outcome outcome = run_eyeshift(simulate("eyeriss-168", "opt-tiny", {"--context", "128"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json run = Json::parse(outcome.out);
  EXPECT_EQ(run["context"], 128);
  // Written: K and V, 2 bytes, 6 blocks, a width of 256.
  EXPECT_EQ(run["kv_cache_bytes"]["written"], 2 * 2 * 6 * 256);
  EXPECT_EQ(run["kv_cache_bytes"]["read"], run["sums"]["attention"]["dram_bytes"]["weights"]);
  int64_t cycles = 0;
  for (const Json& kind : run["sums"]) cycles += kind["cycles"].get<int64_t>();
  EXPECT_EQ(run["cycles"], cycles);
  EXPECT_EQ(run["sums"]["linear"]["dram_bytes"]["weights"].get<int64_t>() +
                run["kv_cache_bytes"]["read"].get<int64_t>(),
            run["dram_bytes"]["weights"].get<int64_t>());
}

TEST(ContextCommand, ACheckpointStatesWhatItsNetworkFileDoes) {
  const TestFolder folder;
  const std::string brief = folder.write("brief.txt", "A few words to be judged by.\n");
  const auto compare = [](const std::vector<std::string>& source) {
    std::vector<std::string> arguments = {"compare",   "--accelerator", "eyeriss-168",
                                          "--schemes", "fp16@mac-fp16", "--context",
                                          "64",        "--format",      "json"};
    arguments.insert(arguments.end(), source.begin(), source.end());
    const Outcome outcome = run_eyeshift(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return Json::parse(outcome.out);
  };
  const Json checkpoint =
      compare({"--checkpoint", kTiny, "--text", brief, "--calibration", brief, "--window", "16"});
  const Json network = compare({"--network", "opt-tiny"});
  EXPECT_EQ(checkpoint["context"], 64);
  const Json &one = checkpoint["schemes"][0], &other = network["schemes"][0];
  EXPECT_EQ(one["kv_cache_bytes"], other["kv_cache_bytes"]);
  for (const char* kind : {"linear", "attention", "vector"})
    for (const char* key : {"macs", "cycles", "time_s", "dram_bytes"})
      EXPECT_EQ(one["sums"][kind][key], other["sums"][kind][key]) << kind << " " << key;
}

TEST(ContextCommand, APricedReportKeepsItsParts) {
  const TestFolder folder;
  ASSERT_EQ(run_eyeshift(simulate("eyeriss-168", "opt-tiny",
                                  {"--context", "32", "--batch", "3", "--output", folder / "run.json"}))
                .status,
            0);
  ASSERT_EQ(run_eyeshift({"price", "--result", folder / "run.json", "--table", "horowitz-cacti-45nm-lstp",
                          "--output", folder / "priced.json"})
                .status,
            0);
  const Json run = json_of(folder / "run.json"), priced = json_of(folder / "priced.json");
  EXPECT_EQ(priced["sums"], run["sums"]);
  EXPECT_EQ(priced["layers"], run["layers"]);
  EXPECT_EQ(priced["kv_cache_bytes"], run["kv_cache_bytes"]);
}

}  // namespace
}  // namespace eyeshift
