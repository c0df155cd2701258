#include <gmock/gmock.h>

#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

std::string small_network(const TestFolder& folder) {
  return folder.write("n.yaml",
                      "name: small\nlayers:\n  - {name: q_proj, type: linear, K: 96, M: 96}\n"
                      "  - {name: lm_head, type: linear, K: 96, M: 64}\n"
                      "attention: {heads: 2, kv_heads: 2, head_dim: 48, count: 1}\n"
                      "norms: [{name: norm, kind: layer_norm, width: 96}]\n");
}

TEST(AuditCommand, BeginsWithTheEstimateAndItsChangesAddUp) {
  const TestFolder folder;
  const std::string network = small_network(folder);
  const Outcome outcome = run_eyeshift({"audit", "shiftaddllm", "--network", network, "--tokens", "1,4",
                                        "--context", "32", "--output", folder / "a.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              StartsWith("small, 3 bits, on eyeriss-168 with horowitz-cacti-45nm-lstp, context 32"));
  const Json report = json_of(folder / "a.json");
  ASSERT_EQ(report["columns"].size(), 10u);
  for (const Json& column : report["columns"]) {
    const std::string scheme = column["scheme"];
    const Outcome estimate = run_eyeshift({"estimate", "--network", network, "--scheme", scheme, "--bits",
                                           scheme == "fp16" ? "16" : "3", "--tokens",
                                           std::to_string(column["tokens"].get<int>()), "--format", "json"});
    ASSERT_EQ(estimate.status, 0) << estimate.err;
    const double published = Json::parse(estimate.out)["energy_mJ"]["total"];
    EXPECT_NEAR(column["lines"][0]["energy_mJ"]["total"].get<double>(), published, 1e-9 * published)
        << scheme;
    EXPECT_NEAR(column["printed_mJ"].get<double>(), 1000 * published, 1e-6 * published);
    double total = column["printed_mJ"];
    for (const Json& line : column["lines"]) {
      total += line["change_mJ"].get<double>();
      double places = 0;
      for (const char* place : {"arithmetic", "lut", "dram", "glb", "noc", "spad", "rest"})
        places += line["energy_mJ"][place].get<double>();
      EXPECT_NEAR(line["energy_mJ"]["total"].get<double>(), places, 1e-9 * places);
      EXPECT_NEAR(line["energy_mJ"]["total"].get<double>(), total, 1e-6 * published) << line["step"];
    }
  }
}

TEST(AuditCommand, RefusesBadInput) {
  const TestFolder folder;
  const auto refused = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "audit");
    const Outcome outcome = run_eyeshift(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_THAT(refused({}), HasSubstr("say what to audit: shiftaddllm"));
  EXPECT_THAT(refused({"eyeriss"}), HasSubstr("expected one of shiftaddllm"));
  EXPECT_THAT(refused({"shiftaddllm"}), HasSubstr("--network is missing"));
  EXPECT_THAT(
      refused({"shiftaddllm", "--network", small_network(folder), "--tokens", "64", "--context", "32"}),
      HasSubstr("context"));
  EXPECT_THAT(refused({"shiftaddllm", "--network", "alexnet"}), HasSubstr("attention"));
  EXPECT_THAT(refused({"shiftaddllm", "--network", "opt-tiny", "--table", "aladdin-40nm"}),
              HasSubstr("'aladdin-40nm' has no"));
}

}  // namespace
}  // namespace eyeshift
