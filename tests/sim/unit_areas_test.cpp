#include "sim/unit_areas.h"

#include <gmock/gmock.h>

#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

double area_of(const Json& report, const std::string& part, const std::string& table) {
  for (const Json& row : report.at("units"))
    if (row.at("part") == part) return row.at("area_um2").at(table);
  ADD_FAILURE() << part;
  return 0;
}

TEST(UnitAreas, AddUpWhatTable1PrintsForTheParts) {
  const std::string name = "shiftaddllm-table1-45nm";
  const Json report = unit_areas_json(unit_areas({load_table(name)}));
  EXPECT_DOUBLE_EQ(area_of(report, "mac-fp16", name), 1640 + 4184);
  EXPECT_DOUBLE_EQ(area_of(report, "mac-int8", name), 282 + 137);
  EXPECT_DOUBLE_EQ(area_of(report, "dequant-mac", name), 36 + 67 + 1640 + 4184);
  EXPECT_DOUBLE_EQ(area_of(report, "shift-add", name), 73 + 1360 + 4184);
  EXPECT_DOUBLE_EQ(area_of(report, "lut", name), 73 + 1360 + 4184);
  // The print has one area for a query, whatever the table's size.
  EXPECT_DOUBLE_EQ(area_of(report, "lut table, 256 entries", name), 787);
  EXPECT_DOUBLE_EQ(area_of(report, "lut table, 128 entries", name), 787);
  EXPECT_DOUBLE_EQ(report["units"][0]["relative"][name], (36 + 67 + 1640 + 4184) / 5824.);
}

TEST(UnitAreas, TakeTablesFromTheTable) {
  const std::string name = "horowitz-cacti-45nm-lstp";
  const Json report = unit_areas_json(unit_areas({load_table(name)}));
  EXPECT_DOUBLE_EQ(area_of(report, "lut table, 256 entries", name), 1857.5896);         // CACTI's SRAM
  EXPECT_DOUBLE_EQ(area_of(report, "lut table, 128 entries", name), 2048 * 7.5684375);  // registers
}

TEST(UnitAreas, LeaveOutTablesThatInheritTheirAreasOrLackThem) {
  std::vector<std::string> names;
  for (const UnitAreas::Column& column :
       unit_areas({load_table("horowitz-45nm"), load_table("horowitz-cacti-45nm-lstp"),
                   load_table("horowitz-cacti-45nm-ddr3"), load_table("eyeriss-isca2016-normalised"),
                   load_table("gates-45nm")})
           .columns)
    names.push_back(column.table);
  EXPECT_THAT(names, ElementsAre("horowitz-cacti-45nm-lstp", "gates-45nm"));
}

TEST(UnitAreas, ArePrintedByTheCommand) {
  const TestFolder folder;
  const Outcome outcome =
      run_eyeshift({"tables", "units", "--output", folder / "u.json", "--output", folder / "u.csv"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json report = json_of(folder / "u.json");
  for (const Json& row : report.at("units"))
    if (row.at("part") == "mac-fp16") {
      EXPECT_THAT(row.at("relative"), Each(1));
    }
  EXPECT_GT(area_of(report, "shift-add", "gates-45nm"), 0);
  EXPECT_THAT(content_of(folder / "u.csv"), StartsWith("part,eyeriss-65nm um2,gates-45nm um2,"));
  EXPECT_THAT(run_eyeshift({"tables", "units"}).out, HasSubstr("relative to mac-fp16"));
  EXPECT_EQ(run_eyeshift({"tables", "units", "gates-45nm"}).status, 2);
}

}  // namespace
}  // namespace eyeshift
