#include <gmock/gmock.h>

#include "configs/loaders/accelerator_reader.h"
#include "energy_tables/pricing.h"
#include "energy_tables/rows.h"
#include "models/pe/listed_units.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

AcceleratorConfig default_accelerator() { return load_accelerator("eyeriss-168", listed_units()); }

Area area_of(const EnergyTable& table, const AcceleratorConfig& accelerator) {
  return area_of(table, accelerator, placed_units(accelerator));
}

double leakage_mW(const EnergyTable& table, const AcceleratorConfig& accelerator) {
  return leakage_mW(table, accelerator, placed_units(accelerator));
}

EnergyTable default_table() { return load_table("horowitz-cacti-45nm"); }

// Square micrometres of the default table (ISSCC 2014; CACTI; Aladdin's register times (45/40)^2).
constexpr double kMultiplyFp16 = 1640, kMultiplyFp32 = 7700, kMultiplyInt8 = 282;
constexpr double kAddInt8 = 36, kAddInt16 = 67, kAddInt32 = 137, kAddFp16 = 1360, kAddFp32 = 4184;
constexpr double kSram512 = 1857.7575, kBank = 13522.7487;
constexpr double kSpads = (224 + 12 + 48) * 16 * 5.98 * 45 * 45 / (40.0 * 40.0);
constexpr double kMacFp16 = kMultiplyFp16 + kAddFp32;
constexpr double kMacInt8 = kMultiplyInt8 + kAddInt32;
constexpr double kDequantMac = kAddInt8 + kAddInt16 + kMultiplyFp16 + kAddFp32;
constexpr double kShiftAdd = kAddInt8 + kAddFp16 + kAddFp32;
constexpr double kLut = kShiftAdd + kSram512;
// What applies real scales, at a column's top.
constexpr double kMacInt8Top = kAddInt32 + kMultiplyFp32;
constexpr double kDequantMacTop = kMultiplyFp32;
constexpr double kLutTop = kMultiplyFp32 + kAddFp32;

TEST(Area, OfTheDefaultAcceleratorEqualsTheHandSum) {
  const Area area = area_of(default_table(), default_accelerator());
  EXPECT_NEAR(area.pe_um2, kMacFp16 + kMacInt8 + kDequantMac + kShiftAdd + kLut + kSpads, 1e-6);
  EXPECT_NEAR(area.array_um2,
              14 * (kMacFp16 + kMacInt8Top + kDequantMacTop + kLutTop) +
                  168 * (kMacInt8 + kDequantMac + kShiftAdd + kLut + kSpads),
              1e-3);
  EXPECT_NEAR(area.glb_um2, 27 * kBank, 1e-6);
  EXPECT_EQ(area.noc_um2, 0);
  EXPECT_FALSE(area.noc_counted);
  EXPECT_NEAR(area.total_um2, area.array_um2 + area.glb_um2, 1e-6);
}

TEST(Area, OfSpecialisedAcceleratorsCountsOnlyTheirUnit) {
  const EnergyTable table = default_table();
  const AcceleratorConfig config = default_accelerator();
  EXPECT_NEAR(area_of(table, specialised(config, "mac-fp16")).array_um2, 168 * (kMacFp16 + kSpads), 1e-3);
  EXPECT_NEAR(area_of(table, specialised(config, "mac-int8")).array_um2,
              14 * (kMacFp16 + kMacInt8Top) + 168 * (kMacInt8 + kSpads), 1e-3);
  EXPECT_NEAR(area_of(table, specialised(config, "dequant-mac")).array_um2,
              14 * (kMacFp16 + kDequantMacTop) + 168 * (kDequantMac + kSpads), 1e-3);
  EXPECT_NEAR(area_of(table, specialised(config, "shift-add")).array_um2,
              14 * kMacFp16 + 168 * (kShiftAdd + kSpads), 1e-3);
  EXPECT_NEAR(area_of(table, specialised(config, "lut")).array_um2,
              14 * (kMacFp16 + kLutTop) + 168 * (kLut + kSpads), 1e-3);
}

TEST(Area, OfTheNaiveDequantMacHasAMultiplierInEveryPe) {
  AcceleratorConfig config = specialised(default_accelerator(), "dequant-mac");
  config.array.dequant = DequantMode::per_weight;
  EXPECT_NEAR(area_of(default_table(), config).array_um2,
              14 * kMacFp16 + 168 * (kDequantMac + kMultiplyFp16 + kSpads), 1e-3);
}

TEST(Area, WithoutLanesStatedEveryPeKeepsAMacFp16) {
  AcceleratorConfig config = specialised(default_accelerator(), "shift-add");
  config.array.fp16_lanes = 0;
  EXPECT_NEAR(area_of(default_table(), config).array_um2, 168 * (kMacFp16 + kShiftAdd + kSpads), 1e-3);
}

TEST(Area, OfAPrintedLutReplacesItsStorage) {
  const AcceleratorConfig lut = specialised(default_accelerator(), "lut");
  const double expected = 14 * (kMacFp16 + kLutTop) + 168 * (73 + kAddFp16 + kAddFp32 + 787 + kSpads);
  EXPECT_NEAR(area_of(load_table("shiftaddllm-table1-45nm"), lut).array_um2, expected, 1e-3);
}

TEST(Area, CountsTheNetworksWhereTheTableDoes) {
  EnergyTable table = default_table();
  table.components["noc_pe"] = {100, 0.5, "a test"};
  const Area area = area_of(table, default_accelerator());
  EXPECT_TRUE(area.noc_counted);
  EXPECT_EQ(area.noc_um2, 16800);
  EXPECT_NEAR(area.total_um2, area.array_um2 + area.glb_um2 + 16800, 1e-6);
  EXPECT_NEAR(leakage_mW(table, default_accelerator()) - leakage_mW(default_table(), default_accelerator()),
              84, 1e-9);
}

TEST(Leakage, OfTheMacArrayEqualsTheHandSum) {
  const AcceleratorConfig mac = specialised(default_accelerator(), "mac-fp16");
  const double registers = (224 + 12 + 48) * 16 * 7e-5 * 45 / 40;
  EXPECT_NEAR(leakage_mW(default_table(), mac), 168 * (0.01783 + 0.0561 + registers) + 27 * 3.65706, 1e-9);
}

TEST(Leakage, CountsTheColumnTops) {
  const AcceleratorConfig dequant = specialised(default_accelerator(), "dequant-mac");
  const double registers = (224 + 12 + 48) * 16 * 7e-5 * 45 / 40;
  const double pe = 0.0004827 + 0.0008983 + 0.01783 + 0.0561 + registers, top = 0.0837;
  EXPECT_NEAR(leakage_mW(default_table(), dequant), 168 * pe + 14 * (0.01783 + 0.0561 + top) + 27 * 3.65706,
              1e-9);
}

// CACTI's leakage of 512 bytes with a 16-bit port: low-standby-power cells over high-performance cells.
TEST(Leakage, OfLowStandbyPowerLogicFallsAsThatOfTheSmallestSram) {
  constexpr double kRatio = 4.7247e-05 / 0.464331;
  const EnergyTable base = default_table(), lstp = load_table("horowitz-cacti-45nm-lstp");
  int logic = 0;
  for (const auto& [name, cost] : lstp.components) {
    if (parse_sram_row(name)) continue;
    const ComponentCost& high_performance = base.components.at(name);
    EXPECT_EQ(cost.area_um2, high_performance.area_um2) << name;
    EXPECT_NEAR(cost.leakage_mW / high_performance.leakage_mW, kRatio, 1e-3 * kRatio) << name;
    EXPECT_THAT(cost.source, StartsWith("assumed:")) << name;
    ++logic;
  }
  EXPECT_EQ(logic, 12) << "five multipliers, five adders, the exponent adder, a register bit";
  const AcceleratorConfig mac = specialised(default_accelerator(), "mac-fp16");
  const double registers = (224 + 12 + 48) * 16 * 7e-5 * 45 / 40;
  EXPECT_NEAR(leakage_mW(lstp, mac), 168 * (0.01783 + 0.0561 + registers) * kRatio + 27 * 0.000373325, 1e-6);
}

TEST(Area, RefusesComponentsThatTheTableLacks) {
  EnergyTable table = default_table();
  table.components.erase("adder_fp32");
  EXPECT_THAT(input_error_of([&] { area_of(table, default_accelerator()); }),
              HasSubstr("no component 'adder_fp32'"));
  AcceleratorConfig config = default_accelerator();
  config.glb.bank_bytes = 2097152;
  EXPECT_THAT(input_error_of([&] { area_of(default_table(), config); }), HasSubstr("from 512 to 1048576"));
}

}  // namespace
}  // namespace eyeshift
