#include <gmock/gmock.h>

#include <cstdlib>

#include "sim/report_json.h"
#include "tests/sim/run_eyeshift.h"
#include "tests/sim/sample_run.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

// A Python 3 with matplotlib; "" where there is none.
std::string python() {
  for (const std::string name : {"python3", "/usr/bin/python3"})
    if (std::system((name + " -c 'import matplotlib' 2>/dev/null").c_str()) == 0) return name;
  return "";
}

// A script, and a key of a run without which it cannot draw.
struct Plot {
  const char* script;
  const char* key;
};
void PrintTo(const Plot& plot, std::ostream* out) { *out << plot.script; }

class Plots : public testing::TestWithParam<Plot> {
 protected:
  void SetUp() override {
    ASSERT_FALSE(python().empty()) << "no python3 with matplotlib: install python3-matplotlib";
    RunReport run = sample_run();
    price(run, {default_table()});
    RunReport other = run;
    other.scheme = "gptq";
    other.accuracy->perplexity = 4;
    RunReport prefill = run;
    prefill.tokens = 128;
    report_ = comparison_json({run, other, prefill});
  }

  // Exit status; what the script printed is in the folder's "log".
  int plot(const std::string& report, const std::string& output) {
    folder_.write("report.json", report);
    const std::string command = python() + " " + project_file("plots/") + GetParam().script + ".py '" +
                                folder_ / "report.json" + "' --output '" + output + "' >'" + folder_ / "log" +
                                "' 2>&1";
    return WEXITSTATUS(std::system(command.c_str()));
  }

  TestFolder folder_;
  Json report_;
};

TEST_P(Plots, DrawTheSameFilesEachTime) {
  ASSERT_EQ(plot(dump(report_), folder_ / "one"), 0) << content_of(folder_ / "log");
  ASSERT_EQ(plot(dump(report_), folder_ / "two.png"), 0) << content_of(folder_ / "log");
  EXPECT_THAT(content_of(folder_ / "one.png"), HasSubstr("PNG"));
  EXPECT_THAT(content_of(folder_ / "one.svg"), HasSubstr("<svg"));
  EXPECT_EQ(content_of(folder_ / "one.png"), content_of(folder_ / "two.png"));
  EXPECT_EQ(content_of(folder_ / "one.svg"), content_of(folder_ / "two.svg"));
}

TEST_P(Plots, RefuseBadReportsWithoutWriting) {
  Json incomplete = report_;
  incomplete["schemes"][1].erase(GetParam().key);
  for (const std::string& bad : {std::string("not json"), std::string("[]"), std::string("{\"schemes\": []}"),
                                 std::string("{\"schemes\": [7]}"), dump(incomplete)}) {
    EXPECT_EQ(plot(bad, folder_ / "bad"), 2) << bad.substr(0, 40);
    EXPECT_THAT(content_of(folder_ / "log"),
                testing::StartsWith(std::string(GetParam().script) + ".py: error: "));
    EXPECT_EQ(folder_.names(), (std::vector<std::string>{"log", "report.json"}));
  }
}

TEST_P(Plots, RefuseAnUnwritableFolder) {
  EXPECT_EQ(plot(dump(report_), folder_ / "missing/plot"), 2);
  EXPECT_THAT(content_of(folder_ / "log"), HasSubstr("cannot write"));
}

TEST(UtilisationPlot, NeedsTheBusyCyclesOfEveryPe) {
  ASSERT_FALSE(python().empty());
  const TestFolder folder;
  RunReport run = sample_run();
  price(run, {default_table()});
  Json ragged = to_json(run), none = to_json(run), text = to_json(run);
  ragged["layers"][0]["pe_busy_cycles"][3].erase(0);
  none["layers"][1].erase("pe_busy_cycles");
  text["layers"][0]["pe_busy_cycles"][0][0] = "busy";
  for (const Json& bad : {ragged, none, text}) {
    folder.write("report.json", dump(bad));
    const std::string command = python() + " " + project_file("plots/utilisation.py") + " '" +
                                folder / "report.json" + "' --output '" + folder / "plot" + "' 2>'" +
                                folder / "log" + "'";
    EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 2);
    EXPECT_THAT(content_of(folder / "log"), HasSubstr("pe_busy_cycles"));
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"log", "report.json"}));
  }
}

INSTANTIATE_TEST_SUITE_P(Sim, Plots,
                         testing::Values(Plot{"energy_bars", "energy_pJ"},
                                         Plot{"perplexity_energy", "perplexity"},
                                         Plot{"time_energy", "time_s"}, Plot{"utilisation", "layers"}),
                         [](const auto& test_info) { return test_info.param.script; });

}  // namespace
}  // namespace eyeshift
