#include "models/passes/array_region.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "tests/models/reference/unit_cases.h"

namespace eyeshift::testing {
namespace {

// 12 x 14 PEs, of which the top row keeps a mac-fp16 beside another unit.
AcceleratorConfig twelve_by_fourteen(const std::string& unit) {
  AcceleratorConfig config = accelerators_for(unit_cases().front(), Accumulator::fp32).back();
  config.array.rows = 12;
  config.array.cols = 14;
  config.array.units = {unit};
  if (unit != "mac-fp16") config.array.units.emplace_back("mac-fp16");
  config.array.fp16_lanes = unit == "mac-fp16" ? 0 : 14;
  return config;
}

void expect_places(const ArrayPlacement& placement, int rows, int cols) {
  std::set<std::pair<int, int>> seen;
  for (int row = 0; row < rows; ++row) {
    for (int col = 0; col < cols; ++col) {
      const PePlace pe = placement.place(row, col);
      EXPECT_TRUE(seen.emplace(pe.row, pe.col).second) << row << "," << col;
      EXPECT_TRUE(pe.row >= 0 && pe.row < 12 && pe.col >= 0 && pe.col < 14) << row << "," << col;
      EXPECT_EQ(placement.pe_at(pe), row * cols + col);
    }
  }
  for (int row = 0; row < 12; ++row)
    for (int col = 0; col < 14; ++col)
      EXPECT_EQ(placement.pe_at({row, col}) < 0, seen.count({row, col}) == 0) << row << "," << col;
}

TEST(ArrayPlacementTest, ChainsStandInBandsFromTheBottom) {
  const AcceleratorConfig accelerator = twelve_by_fourteen("mac-fp16");
  const LayerShape shape{"layer", 64, 64, 1};
  const Encoding encoding;
  const LayerGeometry geometry(accelerator, shape, encoding, "mac-fp16");
  const ArrayPlacement placement(geometry, 5, 20);
  EXPECT_EQ(placement.place(0, 0), (PePlace{0, 0}));
  EXPECT_EQ(placement.place(4, 13), (PePlace{4, 13}));
  EXPECT_EQ(placement.place(0, 14), (PePlace{5, 0}));
  EXPECT_EQ(placement.place(4, 19), (PePlace{9, 5}));
  expect_places(placement, 5, 20);
}

TEST(ArrayPlacementTest, ALayerOnTheFp16LanesIsInTheTopRow) {
  const AcceleratorConfig accelerator = twelve_by_fourteen("mac-int8");
  const LayerShape shape{"lm_head", 64, 64, 1};
  const Encoding encoding;
  const LayerGeometry geometry(accelerator, shape, encoding, "mac-fp16");
  const ArrayPlacement placement(geometry, 1, 14);
  EXPECT_EQ(placement.place(0, 0), (PePlace{11, 0}));
  EXPECT_EQ(placement.place(0, 13), (PePlace{11, 13}));
  expect_places(placement, 1, 14);
}

TEST(ArrayPlacementTest, ChainsThatTheLanesFinishEndInTheTopRow) {
  const AcceleratorConfig accelerator = twelve_by_fourteen("mac-int8");
  const LayerShape shape{"layer", 64, 64, 1};
  Encoding encoding;
  encoding.scheme = "int8";
  encoding.coding = Coding::int8;
  encoding.bits = 8;
  encoding.group_cols = 64;
  encoding.scale_bits = 16;
  const LayerGeometry geometry(accelerator, shape, encoding, "mac-int8");
  const ArrayPlacement placement(geometry, 7, 14);
  EXPECT_EQ(placement.place(6, 3), (PePlace{11, 3}));
  EXPECT_EQ(placement.place(0, 3), (PePlace{5, 3}));
  expect_places(placement, 7, 14);
}

}  // namespace
}  // namespace eyeshift::testing
