#include <gmock/gmock.h>

#include <cmath>

#include "sim/published/reproduce/reproduction_report.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

ReproductionReport reproduced(const std::string& name) {
  return reproduction_report(load_published(name),
                             Registry<Reproduction>::instance().find(name, "reproduction").run(1));
}

TEST(ShiftAddLlm, AllCellsOfTables10And13ButOneAreWithinATenthOfAPercent) {
  int cells = 0, within = 0;
  std::string outside;
  double explained = 1;
  for (const char* table : {"shiftaddllm-table10", "shiftaddllm-table13"})
    for (const ReproductionRow& row : reproduced(table).rows) {
      if (row.name.find("wide") != std::string::npos) {
        explained = row.rel_error();
        continue;
      }
      ++cells;
      if (std::fabs(row.rel_error()) < 1e-3)
        ++within;
      else
        outside += row.name;
    }
  EXPECT_EQ(cells, 104);
  EXPECT_EQ(within, 103);
  EXPECT_EQ(outside, "llama-3-70b shiftaddllm 2.2");
  // With keys and values as wide as llama-3-8b's ratio makes them.
  EXPECT_LT(std::fabs(explained), 1e-4);
}

TEST(ShiftAddLlm, RowsSayWhereTheNetworkIsNotItsOwn) {
  int noted = 0;
  for (const ReproductionRow& row : reproduced("shiftaddllm-table13").rows)
    for (const std::string& note : row.notes)
      if (note.find("as wide as queries, 8192; they are 1024") != std::string::npos) ++noted;
  EXPECT_EQ(noted, 8);
  for (const ReproductionRow& row : reproduced("shiftaddllm-table10").rows) {
    EXPECT_EQ(row.unit, "mJ");
    EXPECT_THAT(row.notes.back(), HasSubstr("printed as J"));
  }
}

TEST(ShiftAddLlm, TheTextsEnergiesAndSavingsFollowFromTheEstimator) {
  const ReproductionReport report = reproduced("shiftaddllm-figure8");
  ASSERT_EQ(report.rows.size(), 7u);
  for (const size_t row : {0u, 1u, 2u, 4u, 6u})
    EXPECT_LT(std::fabs(report.rows[row].rel_error()), 2e-3) << report.rows[row].name;
  EXPECT_EQ(report.rows[4].name, "llama-2-70b as llama-2-7b saving");
  // Text and figure contradict each other; both cannot be met.
  EXPECT_NE(report.rows[2].published, report.rows[5].published);
  EXPECT_EQ(report.rows[2].reproduced, report.rows[5].reproduced);
}

double value_of(const ReproductionReport& report, const std::string& name) {
  for (const ReproductionRow& row : report.rows)
    if (row.name == name) return row.reproduced;
  ADD_FAILURE() << "no row " << name;
  return 0;
}

TEST(ShiftAddLlm, Table1StandsBesideTheSourcesOfItsNumbers) {
  const ReproductionReport report = reproduced("shiftaddllm-table1");
  // ISSCC 2014; the print exchanges the two.
  EXPECT_EQ(value_of(report, "multiply fp16 energy"), 1.1);
  EXPECT_EQ(value_of(report, "add fp32 energy"), 0.9);
  EXPECT_EQ(value_of(report, "shift int16 in the estimator energy"), 0.15);
  EXPECT_DOUBLE_EQ(value_of(report, "shift int8 energy"), 0.41652 * 45 / 40 * 24 / 160);
  EXPECT_DOUBLE_EQ(value_of(report, "shift int16 area"), 250 * 45 * 45 / 1600. * 64 / 160);
  EXPECT_DOUBLE_EQ(value_of(report, "LUT query 8 bits energy"), 0.64593);
  // Beside them the gate counts: an int8 adder's 51.3 NAND2 of 0.798 um2, which count in no mean.
  EXPECT_NEAR(value_of(report, "add int8 in gates area"), 51.3 * 0.798, 0.1);
  EXPECT_EQ(value_of(report, "LUT query 8 bits in gates area"),
            2 * value_of(report, "LUT query 8 bits in gates, half area"));
  EXPECT_EQ(report.errors[0].rows, 12);
  EXPECT_EQ(report.errors[1].rows, 12);
}

TEST(Horowitz, SramsAndDramStandBesideOtherSources) {
  const ReproductionReport report = reproduced("horowitz");
  EXPECT_DOUBLE_EQ(value_of(report, "add int32 energy"), 0.0857 * 45 / 40);
  EXPECT_DOUBLE_EQ(value_of(report, "SRAM 32 KB read of 64 bits energy"), 14.9248);
  EXPECT_DOUBLE_EQ(value_of(report, "DRAM read of 32 bits energy"), 32 * 8);
  EXPECT_DOUBLE_EQ(value_of(report, "DRAM read of 32 bits as ddr3 energy"), 32 * 70);
}

}  // namespace
}  // namespace eyeshift
