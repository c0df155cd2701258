#include "sim/machine_areas.h"

#include <gmock/gmock.h>

#include "models/pe/listed_units.h"
#include "tests/support/run_eyeshift.h"
#include "tests/support/sample_run.h"

namespace eyeshift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(MachineAreas, AreThoseOfAReportOfTheMachine) {
  for (const char* name : {"horowitz-cacti-45nm-lstp", "shiftaddllm-table1-45nm", "gates-45nm"}) {
    RunReport run = sample_run();
    run.accelerator = specialised(run.accelerator, "lut");
    const EnergyTable table = load_table(name);
    const MachineAreas areas = machine_areas(run.accelerator, table);
    run.layers.clear();
    price(run, {table});
    EXPECT_EQ(areas.area.total_um2, run.tables[0].area.total_um2) << name;
    double all = 0, of_pe = 0;
    for (const AreaPart& part : areas.parts) {
      double components = 0;
      for (const AreaComponent& component : part.components) components += component.area_um2;
      EXPECT_DOUBLE_EQ(components, part.area_um2) << name << part.name;
      all += part.all_um2;
      if (part.place == AreaPart::Place::pe) of_pe += part.area_um2;
    }
    EXPECT_NEAR(all, areas.area.total_um2, 1e-12 * all) << name;
    EXPECT_DOUBLE_EQ(of_pe, areas.area.pe_um2) << name;
  }
}

// Table 1 of ShiftAddLLM prints 1640 um2 for an fp16 multiplier and 4184 for an fp32 adder.
TEST(MachineAreas, NameTheUnitsPartsAsTheTablePrintsThem) {
  const AcceleratorConfig machine = specialised(default_accelerator(), "mac-fp16");
  const Json json = machine_areas_json({machine_areas(machine, load_table("shiftaddllm-table1-45nm"))});
  const Json& unit = json["tables"][0]["parts"][0];
  EXPECT_EQ(unit["name"], "mac-fp16");
  EXPECT_EQ(unit["count"], 168);
  EXPECT_DOUBLE_EQ(unit["area_of_one_um2"], 1640 + 4184);
  EXPECT_DOUBLE_EQ(unit["area_of_all_um2"], 168 * (1640 + 4184));
  EXPECT_DOUBLE_EQ(unit["components"][0]["area_of_one_um2"], 1640);
}

TEST(MachineAreas, WhatATableHasNoAreaForIsNamed) {
  EnergyTable table = load_table("horowitz-cacti-45nm-lstp");
  table.components.erase("noc_pe");
  table.components["multiplier_fp16"].area_um2 = 0;
  const MachineAreas areas = machine_areas(specialised(default_accelerator(), "mac-fp16"), table);
  EXPECT_THAT(areas.not_counted, ElementsAre("multiplier_fp16 of mac-fp16", "noc"));
  EXPECT_THAT(machine_areas_text({areas}), HasSubstr("has no area: multiplier_fp16 of mac-fp16, noc."));
  EXPECT_THAT(machine_areas_csv({areas}), HasSubstr("component,pe,multiplier_fp16,168,,\n"));
}

TEST(MachineAreas, ArePrintedByTheCommand) {
  const TestFolder folder;
  const Outcome outcome =
      run_eyeshift({"area", "eyeriss-168", "--table", "gates-45nm", "--table", "horowitz-cacti-45nm",
                    "--output", folder / "a.json", "--output", folder / "a.csv"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("with table gates-45nm"));
  EXPECT_EQ(json_of(folder / "a.json")["tables"].size(), 2u);
  EXPECT_THAT(content_of(folder / "a.csv"),
              HasSubstr("accelerator,table,kind,place,name,count,area_of_one_um2"));
}

TEST(MachineAreas, BadInputIsRefused) {
  const TestFolder folder;
  EXPECT_EQ(run_eyeshift({"area"}).status, 2);
  EXPECT_EQ(run_eyeshift({"area", "no-such-machine"}).status, 2);
  const Outcome lacking =
      run_eyeshift({"area", "eyeriss-168", "--table", "aladdin-40nm", "--output", folder / "a"});
  EXPECT_EQ(lacking.status, 2);
  EXPECT_THAT(lacking.err, HasSubstr("energy table 'aladdin-40nm' has no component"));
  EXPECT_THAT(folder.names(), ElementsAre());
}

}  // namespace
}  // namespace eyeshift
