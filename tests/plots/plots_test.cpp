#include <gmock/gmock.h>

#include <cstdlib>

#include "sim/published/reproduce/reproduction_report.h"
#include "sim/report/report_json.h"
#include "tests/support/run_eyeshift.h"
#include "tests/support/sample_run.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::Not;

// A Python 3 with matplotlib; "" where there is none.
const std::string& python() {
  static const std::string found = [] {
    for (const std::string name : {"python3", "/usr/bin/python3"})
      if (std::system((name + " -c 'import matplotlib' 2>/dev/null").c_str()) == 0) return name;
    return std::string();
  }();
  return found;
}

// Exit status of a script on a report in `folder`; what it printed is in the folder's "log".
int plot(const TestFolder& folder, const std::string& script, const std::string& report,
         const std::string& output) {
  folder.write("report.json", report);
  const std::string command = python() + " " + project_file("plots/") + script + ".py '" +
                              folder / "report.json" + "' --output '" + output + "' >'" + folder / "log" +
                              "' 2>&1";
  return WEXITSTATUS(std::system(command.c_str()));
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

  // The report with so many tokens in a run, as Python reads it.
  std::string with_tokens(const std::string& number) const {
    Json changed = report_;
    changed["schemes"][1]["tokens"] = "here";
    std::string text = dump(changed);
    return text.replace(text.find("\"here\""), 6, number);
  }

  int plot(const std::string& report, const std::string& output) {
    return eyeshift::plot(folder_, GetParam().script, report, output);
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
  Json wide = report_;
  wide["schemes"][1]["bits"] = {3, 4};
  for (const std::string& bad : {std::string("not json"), std::string("[]"), std::string("{\"schemes\": []}"),
                                 std::string("{\"schemes\": [7]}"), dump(incomplete), dump(wide),
                                 with_tokens("NaN"), with_tokens("1" + std::string(400, '0'))}) {
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

TEST(PlotsOfSeveralWidths, TellThemApart) {
  ASSERT_FALSE(python().empty());
  const TestFolder folder;
  RunReport run = sample_run();
  price(run, {default_table()});
  RunReport wide = run;
  wide.accuracy->perplexity = 4;
  ASSERT_EQ(plot(folder, "energy_bars", dump(comparison_json({run, wide})), folder / "same"), 0);
  wide.bits = 8;
  const std::string report = dump(comparison_json({run, wide}));
  ASSERT_EQ(plot(folder, "energy_bars", report, folder / "bars"), 0) << content_of(folder / "log");
  EXPECT_NE(content_of(folder / "bars.svg"), content_of(folder / "same.svg"));
  EXPECT_EQ(plot(folder, "pareto", report, folder / "pareto"), 0) << content_of(folder / "log");
}

class ReproductionPlot : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(python().empty()) << "no python3 with matplotlib: install python3-matplotlib";
    report_ = reproduction_json(
        reproduction_report({"paper",
                             "Table 1",
                             {{"time", "ms", "Table 1", "", false}, {"off time", "s", "Table 1", "", false}},
                             {{"A", {10, 2}}}},
                            {{"A", "time", 11, "", "", true}, {"A", "off time", 1, "", "", true}}));
  }
  TestFolder folder_;
  Json report_;
};

TEST_F(ReproductionPlot, DrawsTheSameFilesEachTime) {
  ASSERT_EQ(plot(folder_, "reproduction", dump(report_), folder_ / "one"), 0) << content_of(folder_ / "log");
  ASSERT_EQ(plot(folder_, "reproduction", dump(report_), folder_ / "two"), 0) << content_of(folder_ / "log");
  EXPECT_THAT(content_of(folder_ / "one.png"), HasSubstr("PNG"));
  EXPECT_EQ(content_of(folder_ / "one.png"), content_of(folder_ / "two.png"));
  EXPECT_EQ(content_of(folder_ / "one.svg"), content_of(folder_ / "two.svg"));
}

TEST_F(ReproductionPlot, RefusesBadReportsWithoutWriting) {
  std::vector<Json> bad(5, report_);
  bad[0].erase("rows");
  bad[1]["rows"][1].erase("published");
  bad[2]["rows"][0]["quantity"] = "weight";
  bad[3]["rows"] = {7};
  bad[4]["rows"][0]["reproduced"] = "much";
  for (const Json& report : bad) {
    EXPECT_EQ(plot(folder_, "reproduction", dump(report), folder_ / "bad"), 2) << report;
    EXPECT_THAT(content_of(folder_ / "log"), testing::StartsWith("reproduction.py: error: "));
    EXPECT_EQ(folder_.names(), (std::vector<std::string>{"log", "report.json"}));
  }
}

TEST_F(ReproductionPlot, EnergiesByNetworkShareAnAxis) {
  const auto drawn = [&](const std::string& name) {
    return plot(folder_, "energy_by_network", dump(report_), folder_ / name);
  };
  EXPECT_EQ(drawn("bad"), 2);  // times and seconds
  EXPECT_THAT(content_of(folder_ / "log"), HasSubstr("different units (ms, s)"));
  report_["rows"][1]["unit"] = "ms";
  ASSERT_EQ(drawn("one"), 0) << content_of(folder_ / "log");
  ASSERT_EQ(drawn("two"), 0) << content_of(folder_ / "log");
  EXPECT_THAT(content_of(folder_ / "one.png"), HasSubstr("PNG"));
  EXPECT_EQ(content_of(folder_ / "one.svg"), content_of(folder_ / "two.svg"));
}

class SchemePerplexityPlot : public testing::Test {
 protected:
  static Json row(const char* scheme, double bits, double perplexity) {
    return {{"scheme", scheme}, {"bits", bits}, {"bits_per_weight", bits + 0.25}, {"perplexity", perplexity}};
  }
  void SetUp() override {
    ASSERT_FALSE(python().empty()) << "no python3 with matplotlib: install python3-matplotlib";
    report_["schemes"] = {row("fp16", 16, 3), row("rtn-oc", 2, 50), row("gptq", 2, 4.5),
                          row("gptq", 3, 3.3125), row("mixed", 2.2, 3.75)};
    report_["schemes"][0]["bits"] = nullptr;
  }
  int drawn(const Json& report) { return plot(folder_, "scheme_perplexity", dump(report), folder_ / "plot"); }

  TestFolder folder_;
  Json report_;
};

TEST_F(SchemePerplexityPlot, NamesEverySchemeAndItsNumbersTheBestFirst) {
  ASSERT_EQ(drawn(report_), 0) << content_of(folder_ / "log");
  EXPECT_THAT(content_of(folder_ / "plot.png"), HasSubstr("PNG"));
  const std::string svg = content_of(folder_ / "plot.svg");  // has its texts as comments, too
  for (const char* text : {"3.750", "4.500", "50.00", "3.312", "2.25", "3.25", "2.45"})
    EXPECT_THAT(svg, HasSubstr("<!-- " + std::string(text) + " -->"));
  const auto mixed = svg.find("<!-- mixed, 2.2 on average -->");
  const auto gptq = svg.find("<!-- gptq -->");
  const auto rounding = svg.find("<!-- rtn-oc -->");
  ASSERT_NE(rounding, std::string::npos);
  EXPECT_LT(mixed, gptq);
  EXPECT_LT(gptq, rounding);
}

TEST_F(SchemePerplexityPlot, RefusesBadReportsWithoutWriting) {
  std::vector<Json> bad(6, report_);
  bad[0]["schemes"][2].erase("perplexity");
  bad[1]["schemes"][3].erase("bits");
  bad[2]["schemes"][1]["perplexity"] = 0;
  bad[3]["schemes"].push_back(report_["schemes"][3]);
  bad[4]["schemes"] = {report_["schemes"][0]};
  bad[5]["schemes"] = Json::array();
  const char* said[] = {"no 'perplexity'",           "no 'bits'", "not positive", "comes twice",
                        "no scheme other than fp16", "no schemes"};
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_EQ(drawn(bad[i]), 2);
    EXPECT_THAT(content_of(folder_ / "log"), HasSubstr(said[i]));
    EXPECT_EQ(folder_.names(), (std::vector<std::string>{"log", "report.json"}));
  }
}

TEST(SensitivityPlot, DrawsEveryWidth) {
  ASSERT_FALSE(python().empty());
  const TestFolder folder;
  const auto errors = [](int bits, double error) {
    return Json{{"bits", bits}, {"output_error", 10 * error}, {"relative_output_error", error}};
  };
  Json report = {{"layers", Json::array()}, {"agreement", Json::array()}};
  for (const char* name : {"layers.0.fc1", "layers.1.fc1", "layers.1.fc2"})
    report["layers"].push_back(
        {{"name", name}, {"criteria", {{"C", 2.0}}}, {"errors", {errors(2, 0.5), errors(3, 0.1)}}});
  for (const int bits : {2, 3})
    report["agreement"].push_back({{"criterion", "C"}, {"bits", bits}, {"tau_output_error", 0.5}});
  ASSERT_EQ(plot(folder, "sensitivity", dump(report), folder / "plot"), 0) << content_of(folder / "log");
  EXPECT_THAT(content_of(folder / "plot.png"), HasSubstr("PNG"));
  report["layers"][1]["errors"][1]["relative_output_error"] = "much";
  EXPECT_EQ(plot(folder, "sensitivity", dump(report), folder / "bad"), 2);
  EXPECT_THAT(content_of(folder / "log"), HasSubstr("is not a number"));
  EXPECT_EQ(plot(folder, "sensitivity", "{\"layers\": []}", folder / "bad"), 2);
  report["layers"][1]["errors"][1]["relative_output_error"] = 0.1;
  std::vector<Json> bad(5, report);
  bad[0]["layers"][1]["name"] = 3;
  bad[1]["layers"][0].erase("criteria");
  bad[2]["layers"][1]["errors"].erase(0);
  bad[3]["agreement"] = 1;
  bad[4]["agreement"][0].erase("bits");
  for (const Json& other : bad) {
    EXPECT_EQ(plot(folder, "sensitivity", dump(other), folder / "bad"), 2);
    EXPECT_THAT(content_of(folder / "log"), Not(HasSubstr("Traceback")));
  }
}

TEST(UnitCostsPlot, DrawsTheTablesThatComeWithTheProgram) {
  ASSERT_FALSE(python().empty());
  const TestFolder folder;
  ASSERT_EQ(run_eyeshift({"tables", "compare", "--output", folder / "t.json"}).status, 0);
  const std::string tables = content_of(folder / "t.json");
  ASSERT_EQ(plot(folder, "unit_costs", tables, folder / "plot"), 0) << content_of(folder / "log");
  EXPECT_THAT(content_of(folder / "plot.png"), HasSubstr("PNG"));
  Json bad = Json::parse(tables);
  bad["tables"][0]["actions"]["add_int32"]["energy_pJ"] = "little";
  EXPECT_EQ(plot(folder, "unit_costs", dump(bad), folder / "bad"), 2);
  EXPECT_THAT(content_of(folder / "log"), HasSubstr("'energy_pJ' is not a number"));
}

TEST(WaterfallPlot, DrawsEveryColumnOfAnAudit) {
  ASSERT_FALSE(python().empty());
  const TestFolder folder;
  const Json line = {{"step", "published"}, {"energy_mJ", {{"total", 3.0}}}, {"change_mJ", 3.0}};
  const Json next = {{"step", "widths"}, {"energy_mJ", {{"total", 2.0}}}, {"change_mJ", -1.0}};
  const Json column = {{"scheme", "optq"}, {"unit", "dequant-mac"}, {"tokens", 1}, {"lines", {line, next}}};
  const Json report = {{"columns", {column, column}}};
  ASSERT_EQ(plot(folder, "waterfall", dump(report), folder / "one"), 0) << content_of(folder / "log");
  EXPECT_THAT(content_of(folder / "one.png"), HasSubstr("PNG"));
  std::vector<Json> bad(3, report);
  bad[0].erase("columns");
  bad[1]["columns"][1].erase("lines");
  bad[2]["columns"][0]["lines"][1]["energy_mJ"]["total"] = "much";
  for (const Json& other : bad) {
    EXPECT_EQ(plot(folder, "waterfall", dump(other), folder / "bad"), 2);
    EXPECT_THAT(content_of(folder / "log"), testing::StartsWith("waterfall.py: error: "));
  }
}

TEST(UtilisationPlot, NeedsTheBusyCyclesOfEveryPe) {
  ASSERT_FALSE(python().empty());
  const TestFolder folder;
  RunReport run = sample_run();
  price(run, {default_table()});
  std::vector<Json> bad(3, to_json(run));
  bad[0]["layers"][0]["pe_busy_cycles"][3].erase(0);
  bad[1]["layers"][1].erase("pe_busy_cycles");
  bad[2]["layers"][0]["pe_busy_cycles"][0][0] = "busy";
  for (const Json& report : bad) {
    EXPECT_EQ(plot(folder, "utilisation", dump(report), folder / "plot"), 2);
    EXPECT_THAT(content_of(folder / "log"), HasSubstr("pe_busy_cycles"));
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"log", "report.json"}));
  }
}

TEST(UtilisationPlot, ScalesToTheBusiestPeAndSaysSo) {
  ASSERT_FALSE(python().empty());
  const TestFolder folder;
  RunReport run = sample_run();
  price(run, {default_table()});
  Json report = to_json(run);
  const auto busy = [&](int layer, int quarter, int other) {  // cycles of 4 PEs in a layer of 1000
    report["layers"][layer]["cycles"] = 1000;
    report["layers"][layer]["pe_busy_cycles"] = {{quarter, other}, {other, 0}};
  };
  const auto drawn = [&] {
    EXPECT_EQ(plot(folder, "utilisation", dump(report), folder / "plot"), 0) << content_of(folder / "log");
    return content_of(folder / "plot.svg");  // has its texts as comments, too
  };
  busy(0, 16, 8);
  busy(1, 18, 5);
  const std::string alike = drawn();
  for (const char* text : {"first: 0.80 % busy", "second: 0.70 % busy", "1.6", "0.80", "1.8", "0.50"})
    EXPECT_THAT(alike, HasSubstr("<!-- " + std::string(text) + " -->"));
  EXPECT_THAT(alike, HasSubstr("linear, to the busiest PE"));
  EXPECT_THAT(alike, Not(HasSubstr("logarithmic scale")));
  busy(1, 900, 850);  // more than 20 times 8
  const std::string apart = drawn();
  EXPECT_THAT(apart, HasSubstr("logarithmic scale"));
  for (const char* text : {"90", "85", "0.80"})
    EXPECT_THAT(apart, HasSubstr("<!-- " + std::string(text) + " -->"));
  busy(0, 0, 0);
  busy(1, 0, 0);
  EXPECT_THAT(drawn(), HasSubstr("all 0"));
}

// Twelve points in one place and a line through them: matplotlib's own measure of the texts decides.
TEST(LabelPlacement, CoversNoOtherLabelMarkerOrLine) {
  ASSERT_FALSE(python().empty());
  const TestFolder folder;
  folder.write("check.py", R"(
import itertools, sys
sys.path.insert(0, sys.argv[1])
import label_placement, report_reader
plt = report_reader.pyplot()
figure, axis = plt.subplots(figsize=(6, 5))
axis.set_xlim(0, 10)
axis.set_ylim(0, 10)
points = [(4 + 0.1 * (place % 4), 5 + 0.1 * (place // 4)) for place in range(12)]
axis.scatter(*zip(*points), s=42)
line = [(4, 9), (4, 5), (8, 5)]
label_placement.label(figure, axis, [(point, f"label {i}", 0.5, "normal") for i, point in enumerate(points)], line)
figure.draw_without_rendering()
texts = [text for text in axis.texts if text.get_text()]
boxes = [text.get_window_extent(figure.canvas.get_renderer()) for text in texts]
for text, box in zip(texts, boxes):
    for other, one in zip(texts, boxes):
        if other is not text and box.overlaps(one):
            print("covered:", text.get_text(), other.get_text())
    for point in points:
        if box.contains(*axis.transData.transform(point)):
            print("on a marker:", text.get_text())
    for part in range(101):
        for a, b in zip(line, line[1:]):
            if box.contains(*axis.transData.transform([p + part / 100 * (q - p) for p, q in zip(a, b)])):
                print("on the line:", text.get_text())
print(len(texts), "labels,", len(axis.texts) - len(texts), "lines")
)");
  const std::string command = python() + " '" + folder / "check.py" + "' '" + project_file("plots") + "' >'" +
                              folder / "log" + "' 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << content_of(folder / "log");
  // Around so small a cluster no more than a few labels fit without a line to their point.
  EXPECT_THAT(content_of(folder / "log"), testing::MatchesRegex("12 labels, ([6-9]|1[0-2]) lines\n"));
}

INSTANTIATE_TEST_SUITE_P(Sim, Plots,
                         testing::Values(Plot{"energy_bars", "energy_pJ"},
                                         Plot{"perplexity_energy", "perplexity"},
                                         Plot{"pareto", "perplexity"}, Plot{"time_energy", "time_s"},
                                         Plot{"utilisation", "layers"}),
                         [](const auto& test_info) { return test_info.param.script; });

}  // namespace
}  // namespace eyeshift
