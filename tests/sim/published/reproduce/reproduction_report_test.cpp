#include "sim/published/reproduce/reproduction_report.h"

#include <gmock/gmock.h>

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::Not;

const Published kPublished{
    "paper",
    "Table 1",
    {{"time", "ms", "Table 1", "", false}, {"power", "mW", "Fig. 2", "read off the figure", false}},
    {{"A", {10, 100}}, {"B", {20, 400}}}};

std::vector<Reproduced> values() {
  return {{"A", "time", 11, "", "", true},
          {"A", "power", 100, "", "", true},
          {"B", "time", 16, "", "cold", true},
          {"B", "power", 300, "", "", true},
          {"B", "time", 30, "warm", "", false}};
}

TEST(ReproductionReport, PutsEveryValueBesideItsPublishedOne) {
  const ReproductionReport report = reproduction_report(kPublished, values());
  ASSERT_EQ(report.rows.size(), 5u);
  EXPECT_EQ(report.rows[0].name, "A time");
  EXPECT_NEAR(report.rows[0].rel_error(), 0.1, 1e-12);
  EXPECT_EQ(report.rows[3].source, "Fig. 2");
  EXPECT_THAT(report.rows[3].notes, testing::ElementsAre("read off the figure"));
  EXPECT_EQ(report.rows[4].name, "B warm time");
  EXPECT_EQ(report.rows[4].published, 20);
  EXPECT_DOUBLE_EQ(report.rows[4].rel_error(), 0.5);
}

TEST(ReproductionReport, SumsUpTheErrorsOfAQuantity) {
  const ReproductionReport report = reproduction_report(kPublished, values());
  ASSERT_EQ(report.errors.size(), 2u);
  EXPECT_EQ(report.errors[0].quantity, "time");
  EXPECT_EQ(report.errors[0].rows, 2);  // the variant stays out
  EXPECT_DOUBLE_EQ(report.errors[0].mean_abs_error, 0.15);
  EXPECT_DOUBLE_EQ(report.errors[0].worst_abs_error, 0.2);
  EXPECT_EQ(report.errors[0].worst, "B time");
  EXPECT_DOUBLE_EQ(report.errors[1].mean_abs_error, 0.125);
}

TEST(ReproductionReport, RefusesToLeaveAnythingOut) {
  std::vector<Reproduced> missing = values();
  missing.erase(missing.begin() + 1);
  EXPECT_THROW(reproduction_report(kPublished, missing), InternalError);
  std::vector<Reproduced> twice = values();
  twice.push_back(twice.front());
  EXPECT_THROW(reproduction_report(kPublished, twice), InternalError);
  std::vector<Reproduced> unknown = values();
  unknown.push_back({"C", "time", 1, "", "", true});
  EXPECT_THROW(reproduction_report(kPublished, unknown), InternalError);
}

TEST(ReproductionReport, WhatIsNotPrintedIsNotAskedFor) {
  Published partial = kPublished;
  partial.subjects[1].values[1] = std::numeric_limits<double>::quiet_NaN();
  std::vector<Reproduced> rows = values();
  EXPECT_THROW(reproduction_report(partial, rows), InternalError);  // B power has nothing beside it
  rows.erase(rows.begin() + 3);
  EXPECT_EQ(reproduction_report(partial, rows).rows.size(), 4u);
}

TEST(ReproductionReport, SmallErrorsKeepTheirDigits) {
  std::vector<Reproduced> close = values();
  close[0].value = 10.0004;
  EXPECT_THAT(reproduction_text(reproduction_report(kPublished, close)), HasSubstr("+0.004 %"));
}

TEST(ReproductionReport, JsonHoldsTheContractsKeys) {
  const Json json = reproduction_json(reproduction_report(kPublished, values()));
  EXPECT_EQ(json["name"], "paper");
  EXPECT_EQ(json["rows"][2], (Json{{"name", "B time"},
                                   {"quantity", "time"},
                                   {"published", 20.0},
                                   {"reproduced", 16.0},
                                   {"rel_error", 16.0 / 20 - 1},
                                   {"unit", "ms"},
                                   {"source", "Table 1"},
                                   {"note", "cold"}}));
  EXPECT_FALSE(json["rows"][0].contains("note"));
  EXPECT_EQ(json["errors"][0]["worst"], "B time");
}

TEST(ReproductionReport, TextShowsErrorsInPercentAndEveryNoteOnce) {
  std::vector<Reproduced> noted = values();
  noted[0].note = "cold";
  const std::string text = reproduction_text(reproduction_report(kPublished, noted));
  EXPECT_THAT(text, HasSubstr("published: Table 1"));
  EXPECT_THAT(text, HasSubstr("-20.0 %    ms"));
  EXPECT_THAT(text, HasSubstr("A time and 1 more: cold\n"));
  EXPECT_THAT(text, HasSubstr("A power and 1 more: read off the figure\n"));
  EXPECT_THAT(text, Not(HasSubstr("B time: cold")));
}

TEST(ReproductionReport, CsvHasARowARow) {
  const std::string csv = reproduction_csv(reproduction_report(kPublished, values()));
  EXPECT_THAT(csv, testing::StartsWith("name,quantity,published,reproduced,rel_error,unit,source,note\n"));
  EXPECT_THAT(csv, HasSubstr("\nB power,power,400,300,-0.25,mW,Fig. 2,read off the figure\n"));
}

}  // namespace
}  // namespace eyeshift
