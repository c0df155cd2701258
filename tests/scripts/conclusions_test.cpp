#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "sim/report/report_json.h"
#include "tests/support/run_eyeshift.h"
#include "tests/support/sample_run.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

class Conclusions : public testing::Test {
 protected:
  // The demo's three sides at two numbers of tokens, all with equal numbers.
  Conclusions() {
    RunReport run = sample_run();
    price(run, {default_table()});
    std::vector<RunReport> runs;
    for (const int64_t tokens : {1, 128})
      for (const auto& [scheme, unit] :
           {std::pair{"fp16", "mac-fp16"}, {"gptq", "dequant-mac"}, {"shiftaddllm-block", "shift-add"}}) {
        run.scheme = scheme;
        run.unit = unit;
        run.tokens = tokens;
        runs.push_back(run);
      }
    report_ = comparison_json(runs);
  }

  std::vector<std::string> sentences() {
    folder_.write("report.json", dump(report_));
    const std::string command = "python3 " + project_file("scripts/conclusions.py") + " '" +
                                folder_ / "report.json" + "' >'" + folder_ / "out" + "' 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << content_of(folder_ / "out");
    std::vector<std::string> lines;
    std::istringstream stream(content_of(folder_ / "out"));
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    lines.resize(3);
    return lines;
  }

  TestFolder folder_;
  Json report_;
};

TEST_F(Conclusions, AreThreeShortSentences) {
  for (const std::string& sentence : sentences()) {
    EXPECT_FALSE(sentence.empty());
    EXPECT_LE(std::count(sentence.begin(), sentence.end(), ' '), 45) << sentence;
    EXPECT_EQ(sentence.find("(("), std::string::npos);
  }
}

TEST_F(Conclusions, RefuseSeveralWidths) {
  report_["schemes"].push_back(report_["schemes"][1]);
  folder_.write("report.json", dump(report_));
  const std::string command = "python3 " + project_file("scripts/conclusions.py") + " '" +
                              folder_ / "report.json" + "' >'" + folder_ / "out" + "' 2>&1";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 2);
  EXPECT_THAT(content_of(folder_ / "out"), HasSubstr("at one --bits"));
}

TEST_F(Conclusions, FollowTheNumbersBothWays) {
  Json& shift = report_["schemes"][5];
  ASSERT_EQ(shift["tokens"], 128);
  const double energy = shift["energy_pJ"]["total"], time = shift["time_s"];
  shift["energy_pJ"]["total"] = 1.5 * energy;
  shift["time_s"] = 0.75 * time;
  EXPECT_THAT(sentences()[1], HasSubstr("at 128 tokens energy is 50.0 % more and time 25.0 % less"));
  EXPECT_THAT(sentences()[2], HasSubstr("at 128 tokens 50 % more energy"));
  shift["energy_pJ"]["total"] = 0.5 * energy;
  shift["time_s"] = 2 * time;
  EXPECT_THAT(sentences()[1], HasSubstr("at 128 tokens energy is 50.0 % less and time 100.0 % more"));
  EXPECT_THAT(sentences()[2], HasSubstr("at 128 tokens 50 % less energy"));
}

TEST_F(Conclusions, NameTheLargestShareOfDynamicEnergy) {
  Json& energy = report_["schemes"][0]["energy_pJ"];
  const double rest = energy["total"].get<double>() - energy["static"].get<double>();
  energy["compute"]["multiply"] = energy["compute"]["multiply"].get<double>() + 9 * rest;
  energy["total"] = energy["total"].get<double>() + 9 * rest;
  EXPECT_THAT(sentences()[0], HasSubstr("at 1 token arithmetic in fp16@mac-fp16 (9"));
}

}  // namespace
}  // namespace eyeshift
