#include <gmock/gmock.h>

#include "tests/support/run_eyeshift.h"
#include "tests/traces/decoders/tiny_opt.h"

namespace eyeshift {
namespace {

using Json = nlohmann::json;

using ::testing::HasSubstr;
using ::testing::Not;

class CompareWidths : public ::testing::Test {
 protected:
  CompareWidths() {
    testing::TinyOpt().write(folder_ / "");
    text_ = folder_.write("text", std::string(3 * 32, 'a') + "The narrower the weights, the more is lost.");
  }

  Outcome compare(const std::string& bits, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"compare",       "--force",
                                          "--accelerator", "eyeriss-168",
                                          "--checkpoint",  folder_ / "",
                                          "--schemes",     "fp16@mac-fp16,rtn-oc@dequant-mac,bcq@lut",
                                          "--bits",        bits,
                                          "--text",        text_,
                                          "--window",      "32",
                                          "--calibration", text_,
                                          "--output",      folder_ / "c.txt",
                                          "--output",      folder_ / "c.csv",
                                          "--output",      folder_ / "c.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_eyeshift(arguments);
  }

  // The runs of the last comparison, without how long they took.
  std::vector<Json> runs() const {
    std::vector<Json> all = json_of(folder_ / "c.json")["schemes"];
    for (Json& run : all) {
      run.erase("simulator");
      run.erase("quantize_s");
    }
    return all;
  }

  TestFolder folder_;
  std::string text_;
};

TEST_F(CompareWidths, AreTheRunsOfEachWidthSideBySide) {
  ASSERT_EQ(compare("2", {"--tokens", "1,5"}).status, 0);
  const std::vector<Json> two = runs();
  ASSERT_EQ(compare("4", {"--tokens", "1,5"}).status, 0);
  const std::vector<Json> four = runs();
  EXPECT_THAT(content_of(folder_ / "c.txt"), Not(HasSubstr(" bits ")));
  EXPECT_THAT(content_of(folder_ / "c.csv"), HasSubstr("scheme,bits,unit,"));
  const Outcome both = compare("2,4", {"--tokens", "1,5"});
  ASSERT_EQ(both.status, 0) << both.err;
  // fp16, which has no choice, comes once.
  const std::vector<Json> expected = {two[0], two[1], two[2], four[1], four[2],
                                      two[3], two[4], two[5], four[4], four[5]};
  const std::vector<Json> all = runs();
  ASSERT_EQ(all.size(), expected.size());
  for (size_t i = 0; i < all.size(); ++i) EXPECT_TRUE(all[i] == expected[i]) << "run " << i;
  EXPECT_NE(two[1]["perplexity"], four[1]["perplexity"]);
  EXPECT_THAT(content_of(folder_ / "c.txt"), HasSubstr("scheme@unit         bits  perplexity"));
  EXPECT_THAT(content_of(folder_ / "c.txt"), HasSubstr("rtn-oc@dequant-mac     4"));
  EXPECT_THAT(content_of(folder_ / "c.csv"), HasSubstr("scheme,bits,unit,"));
  EXPECT_THAT(content_of(folder_ / "c.csv"), HasSubstr("bcq,4,lut"));
  const Outcome priced = run_eyeshift({"price", "--force", "--result", folder_ / "c.json", "--table",
                                       "horowitz-cacti-45nm-lstp", "--output", folder_ / "p.txt"});
  ASSERT_EQ(priced.status, 0) << priced.err;
  EXPECT_EQ(content_of(folder_ / "p.txt"), content_of(folder_ / "c.txt"));
}

TEST_F(CompareWidths, EveryWidthHasItsOwnArithmeticAndArray) {
  const Outcome outcome = compare("2,4", {"--arithmetic", "--windows", "1", "--equal", "throughput"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::vector<Json> all = runs();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_NE(all[1]["unit_perplexity"], all[3]["unit_perplexity"]);
  for (const Json& run : all)
    EXPECT_NEAR(run["unit_nll"].get<double>(), run["nll"].get<double>(), 1e-2) << run["scheme"];
  EXPECT_THAT(content_of(folder_ / "c.txt"), HasSubstr("equal throughput, 1 token  bits"));
  // A table's query a plane: 4 planes take more columns than 2 for as many products a cycle.
  const auto columns = [](const Json& run) { return run["accelerator"]["array"]["cols"].get<int>(); };
  EXPECT_GT(columns(all[4]), columns(all[2]));
}

TEST_F(CompareWidths, BadWidthsAreRefused) {
  const auto expect_refused = [&](const std::string& bits, const char* why) {
    const Outcome outcome = compare(bits);
    EXPECT_EQ(outcome.status, 2) << bits;
    EXPECT_THAT(outcome.err, HasSubstr(why)) << bits;
    EXPECT_EQ(content_of(folder_ / "c.json"), "");
  };
  expect_refused("3,3", "3 is given twice");
  expect_refused("2,17", "from 1 to 16");
  expect_refused("2,,3", "between commas");
  expect_refused("2,9", "9");  // codes have at most 8 bits
}

}  // namespace
}  // namespace eyeshift
