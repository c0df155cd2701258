#include "models/pe/listed_units.h"

#include <gmock/gmock.h>

#include "configs/loaders/accelerator_reader.h"
#include "models/pe/unit.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

UnitParts parts_of(const std::string& unit, const AcceleratorConfig::Array& array) {
  return Registry<Unit>::instance().find(unit, "unit").parts(array);
}

TEST(UnitParts, FollowTheAccumulatorAndTheDequantMode) {
  AcceleratorConfig::Array array = load_accelerator("eyeriss-168", listed_units()).array;
  EXPECT_THAT(parts_of("mac-fp16", array).pe, ElementsAre("multiplier_fp16", "adder_fp32"));
  EXPECT_THAT(parts_of("dequant-mac", array).pe,
              ElementsAre("adder_int8", "adder_int16", "multiplier_fp16", "adder_fp32"));
  EXPECT_THAT(parts_of("dequant-mac", array).top, ElementsAre("multiplier_fp32"));
  EXPECT_THAT(parts_of("lut", array).top, ElementsAre("multiplier_fp32", "adder_fp32"));
  EXPECT_THAT(parts_of("mac-int8", array).top, ElementsAre("adder_int32", "multiplier_fp32"));
  array.accumulator = Accumulator::fp16;
  EXPECT_THAT(parts_of("lut", array).pe, ElementsAre("exponent_adder", "adder_fp16", "adder_fp16"));
  EXPECT_THAT(parts_of("lut", array).top, ElementsAre("multiplier_fp16", "adder_fp16"));
  EXPECT_THAT(parts_of("dequant-mac", array).top, ElementsAre("multiplier_fp16"));
  EXPECT_THAT(parts_of("mac-int8", array).top, ElementsAre("adder_int32", "multiplier_fp32"));
  array.accumulator = Accumulator::fp32;
  array.dequant = DequantMode::per_weight;
  EXPECT_THAT(parts_of("dequant-mac", array).pe,
              ElementsAre("adder_int8", "adder_int16", "multiplier_fp16", "adder_fp32", "multiplier_fp16"));
  EXPECT_THAT(parts_of("dequant-mac", array).top, IsEmpty());
  EXPECT_EQ(parts_of("dequant-mac", array).tops, 0);
}

TEST(UnitParts, StandAtTheTopsThatFinishGroups) {
  AcceleratorConfig::Array array = load_accelerator("eyeriss-168", listed_units()).array;
  ASSERT_EQ(array.cols, 14);
  array.fp16_lanes = 28;
  EXPECT_EQ(parts_of("lut", array).tops, 14);
  array.fp16_lanes = 4;
  EXPECT_EQ(parts_of("lut", array).tops, 4);
  EXPECT_EQ(parts_of("mac-int8", array).tops, 4);
  EXPECT_EQ(parts_of("dequant-mac", array).tops, 14) << "its top PEs scale by themselves";
  EXPECT_EQ(parts_of("shift-add", array).tops, 0);
  EXPECT_EQ(parts_of("mac-fp16", array).tops, 0);
  array.fp16_lanes = 0;
  EXPECT_EQ(parts_of("lut", array).tops, 14);
  array.units = {"lut"};
  EXPECT_EQ(parts_of("lut", array).tops, 0) << "without lanes no row-wise real scales";
}

TEST(ListedUnits, OneIsTheHalfPrecisionLane) {
  int lanes = 0;
  for (const ListedUnit& unit : listed_units()) lanes += unit.is_lane ? 1 : 0;
  EXPECT_EQ(lanes, 1) << "an accelerator's fp16_lanes count one unit";
  EXPECT_EQ(lane_unit(), "mac-fp16");
}

TEST(PlacedUnits, LanesBesideAnotherUnitAreInSomePes) {
  AcceleratorConfig config = load_accelerator("eyeriss-168", listed_units());
  config.array.units = {"lut", "mac-fp16"};
  config.array.fp16_lanes = 14;
  const std::vector<PlacedUnit> placed = placed_units(config);
  ASSERT_EQ(placed.size(), 2u);
  EXPECT_EQ(placed[0].pes, 168);
  EXPECT_TRUE(placed[0].has_table);
  EXPECT_EQ(placed[1].pes, 14);
  EXPECT_FALSE(placed[1].has_table);
  config.array.units = {"mac-fp16"};
  EXPECT_EQ(placed_units(config).front().pes, 168) << "alone it is in every PE";
  config.array.units = {"tensor-core"};
  EXPECT_THAT(input_error_of([&] { placed_units(config); }), HasSubstr("unknown unit 'tensor-core'"));
}

}  // namespace
}  // namespace eyeshift
