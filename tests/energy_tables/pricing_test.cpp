#include "energy_tables/pricing.h"

#include <gmock/gmock.h>

#include <cmath>

#include "configs/loaders/accelerator_reader.h"
#include "models/pe/listed_units.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

AcceleratorConfig default_accelerator() { return load_accelerator("eyeriss-168", listed_units()); }

EnergyTable default_table() { return load_table("horowitz-cacti-45nm"); }

double price(const EnergyTable& table, const AcceleratorConfig& accelerator, Action action) {
  return prices_of(table, accelerator, {}).pJ[static_cast<size_t>(action)];
}

ActionCounts one(Action action) {
  ActionCounts counts;
  counts[action] = 1;
  return counts;
}

// A register's bit: Aladdin's 0.00901 pJ at 40 nm times 45/40. Scratchpads below 512 bytes are registers.
constexpr double kRegisterWord_pJ = 16 * 0.00901 * 45 / 40;

struct Expected {
  Action action;
  double pJ;
};

// Every action on the default accelerator: filter spad 448 B, input 24 B, psum 96 B (registers), lut 512 B
// (CACTI, 16-bit port), banks of 4096 B with 64-bit ports.
const Expected kDefaultPrices[] = {
    {Action::multiply_fp16_weights, 1.1},
    {Action::multiply_int16_weights, 0.787},
    {Action::multiply_int8_weights, 0.2},
    {Action::multiply_fp32_scales, 3.7},
    {Action::multiply_fp16_scales, 1.1},
    {Action::add_fp16_psums, 0.4},
    {Action::add_fp32_psums, 0.9},
    {Action::add_int16_psums, 0.05},
    {Action::add_int32_psums, 0.1},
    {Action::add_fp16_inputs, 0.4},
    {Action::shift_fp16_scales, 0.03},
    {Action::dequantize_int_weights, 0.03 + 0.05},
    {Action::dequantize_int32_psums, 0.1},
    {Action::lut_query_psums, 0.64593},
    {Action::lut_build_add_inputs, 0.4},
    {Action::lut_build_write_inputs, 0.93709},
    {Action::dram_read_weights, 200 * 1.1 / 2},
    {Action::dram_read_scales, 200 * 1.1 / 2},
    {Action::dram_read_inputs, 200 * 1.1 / 2},
    {Action::dram_write_outputs, 200 * 1.1 / 2},
    {Action::glb_filter_write_weights, 5.34521},
    {Action::glb_filter_read_weights, 2.92412},
    {Action::glb_filter_write_scales, 5.34521},
    {Action::glb_filter_read_scales, 2.92412},
    {Action::glb_shared_write_inputs, 5.34521},
    {Action::glb_shared_read_inputs, 2.92412},
    {Action::glb_shared_write_psums, 5.34521},
    {Action::glb_shared_read_psums, 2.92412},
    {Action::glb_shared_write_outputs, 5.34521},
    {Action::glb_shared_read_outputs, 2.92412},
    {Action::noc_filter_deliver_weights, 2 * kRegisterWord_pJ},
    {Action::noc_filter_deliver_scales, 2 * kRegisterWord_pJ},
    {Action::noc_input_deliver_inputs, 2 * kRegisterWord_pJ},
    {Action::noc_psum_in_deliver_psums, 2 * kRegisterWord_pJ},
    {Action::noc_psum_out_deliver_psums, 2 * kRegisterWord_pJ},
    {Action::noc_psum_out_deliver_outputs, 2 * kRegisterWord_pJ},
    {Action::noc_local_deliver_psums, 2 * kRegisterWord_pJ},
    {Action::spad_filter_write_weights, kRegisterWord_pJ},
    {Action::spad_filter_read_weights, kRegisterWord_pJ},
    {Action::spad_filter_write_scales, kRegisterWord_pJ},
    {Action::spad_filter_read_scales, kRegisterWord_pJ},
    {Action::spad_input_write_inputs, kRegisterWord_pJ},
    {Action::spad_input_read_inputs, kRegisterWord_pJ},
    {Action::spad_psum_write_psums, kRegisterWord_pJ},
    {Action::spad_psum_read_psums, kRegisterWord_pJ},
    {Action::clock_cycle_pes, 0},
    {Action::control_chip_cycles, 0},
    {Action::control_active_pes, 0},
    {Action::control_gated_pes, 0},
    {Action::fifo_pass_words, 0},
    {Action::io_transfer_bytes, 0},
};

TEST(Prices, OfTheDefaultTableOnTheDefaultAccelerator) {
  ActionCounts needed;
  needed.n.fill(1);
  const Prices prices = prices_of(default_table(), default_accelerator(), needed);
  ASSERT_EQ(std::size(kDefaultPrices), kActionCount) << "an action has no expected price here";
  for (const Expected& expected : kDefaultPrices) {
    const size_t i = static_cast<size_t>(expected.action);
    EXPECT_NEAR(prices.pJ[i], expected.pJ, 1e-12 * expected.pJ) << kActionInfo[i].key;
  }
}

TEST(Prices, OfClockAndControlAreTheTablesOrNothing) {
  const AcceleratorConfig accelerator = default_accelerator();
  EnergyTable table = default_table();
  EXPECT_THAT(not_priced(table), ElementsAre("clock.cycle.pes", "control.chip.cycles", "control.active.pes",
                                             "control.gated.pes", "fifo.pass.words", "io.transfer.bytes"));
  table.actions["clock_cycle"].energy_pJ = 3;
  table.actions["io_transfer"].energy_pJ = 30;
  EXPECT_THAT(not_priced(table), ElementsAre("control.chip.cycles", "control.active.pes", "control.gated.pes",
                                             "fifo.pass.words"));
  ActionCounts counts;
  counts[Action::clock_cycle_pes] = 10;
  counts[Action::control_active_pes] = 8;
  counts[Action::io_transfer_bytes] = 2;
  const Energy energy = energy_of(counts, prices_of(table, accelerator, counts), 0, 0);
  EXPECT_EQ(energy.clock_control, 10 * 3 + 2 * 30);
  EXPECT_EQ(energy.total, energy.clock_control);
}

TEST(Prices, Lpddr4IsEightPicojoulesABit) {
  EXPECT_EQ(price(load_table("horowitz-cacti-45nm-lpddr4"), default_accelerator(), Action::dram_read_weights),
            64);
}

TEST(Prices, LowStandbyPowerChangesTheSramsOnly) {
  const EnergyTable table = load_table("horowitz-cacti-45nm-lstp");
  const AcceleratorConfig accelerator = default_accelerator();
  EXPECT_EQ(price(table, accelerator, Action::glb_filter_read_weights), 3.38552);
  EXPECT_EQ(price(table, accelerator, Action::glb_filter_write_weights), 6.45356);
  EXPECT_EQ(price(table, accelerator, Action::lut_query_psums), 0.72001);
  EXPECT_EQ(price(table, accelerator, Action::add_fp32_psums), 0.9);
  const EnergyTable high_performance = default_table();
  for (const auto& [row, cost] : table.components) {
    if (row.rfind("sram_", 0) != 0) continue;
    EXPECT_LT(cost.leakage_mW, 1e-3 * high_performance.components.at(row).leakage_mW) << row;
  }
}

TEST(Prices, ShiftAddLlmTableHasItsPrintedNumbersOnTheDefaultMemories) {
  const EnergyTable table = load_table("shiftaddllm-table1-45nm");
  const AcceleratorConfig accelerator = default_accelerator();
  EXPECT_EQ(price(table, accelerator, Action::multiply_fp16_weights), 0.9);
  EXPECT_EQ(price(table, accelerator, Action::add_fp32_psums), 1.1);
  EXPECT_EQ(price(table, accelerator, Action::shift_fp16_scales), 0.057);
  EXPECT_EQ(price(table, accelerator, Action::lut_query_psums), 0.37);
  EXPECT_EQ(price(table, accelerator, Action::lut_build_write_inputs), 1.09089);
  EXPECT_EQ(price(table, accelerator, Action::glb_filter_read_weights), 3.38552);
  EXPECT_EQ(price(table, accelerator, Action::dram_read_weights), 110);
}

TEST(Prices, FollowTheAcceleratorsGeometry) {
  AcceleratorConfig accelerator = default_accelerator();
  accelerator.glb.bank_bytes = 8192;
  accelerator.glb.port_bits = 16;
  accelerator.spad_words.filter = 256;  // 512 bytes: an SRAM, and the networks' price with it
  accelerator.spad_words.lut = 128;     // 256 bytes: registers
  const EnergyTable table = default_table();
  EXPECT_EQ(price(table, accelerator, Action::glb_shared_read_inputs), 4.34252);
  EXPECT_EQ(price(table, accelerator, Action::glb_shared_write_inputs), 2.83533);
  EXPECT_EQ(price(table, accelerator, Action::spad_filter_read_weights), 0.64593);
  EXPECT_EQ(price(table, accelerator, Action::spad_filter_write_weights), 0.93709);
  EXPECT_EQ(price(table, accelerator, Action::noc_input_deliver_inputs), 2 * 0.64593);
  EXPECT_NEAR(price(table, accelerator, Action::lut_query_psums), kRegisterWord_pJ, 1e-15);
}

TEST(Prices, ScratchpadsAreSramsFromTheTablesSmallestOn) {
  EnergyTable table = default_table();
  table.actions["sram_448B_16b_read"].energy_pJ = 0.5;
  table.actions["sram_448B_16b_write"].energy_pJ = 0.7;
  AcceleratorConfig accelerator = default_accelerator();
  EXPECT_EQ(price(table, accelerator, Action::spad_filter_read_weights), 0.5);
  EXPECT_EQ(price(table, accelerator, Action::spad_filter_write_weights), 0.7);
  EXPECT_NEAR(price(table, accelerator, Action::spad_psum_read_psums), kRegisterWord_pJ, 1e-15);
  accelerator.spad_words.filter = 223;
  EXPECT_NEAR(price(table, accelerator, Action::spad_filter_read_weights), kRegisterWord_pJ, 1e-15);
}

TEST(Prices, InterpolateSizesInLogarithms) {
  AcceleratorConfig accelerator = default_accelerator();
  accelerator.glb.bank_bytes = 6144;  // log2(6144/4096) = log2(1.5) of the way from 4096 to 8192
  const double expected =
      std::exp(std::log(2.92412) + std::log2(1.5) * (std::log(5.28833) - std::log(2.92412)));
  EXPECT_NEAR(price(default_table(), accelerator, Action::glb_shared_read_inputs), expected, 1e-12);
}

TEST(Prices, RefuseMemoriesThatTheTableDoesNotCover) {
  AcceleratorConfig accelerator = default_accelerator();
  const auto error = [&] {
    return input_error_of(
        [&] { prices_of(default_table(), accelerator, one(Action::glb_filter_read_weights)); });
  };
  accelerator.glb.bank_bytes = 2097152;
  EXPECT_THAT(error(), AllOf(HasSubstr("glb_filter.read.weights"), HasSubstr("2097152 bytes"),
                             HasSubstr("from 512 to 1048576"), HasSubstr("'horowitz-cacti-45nm'")));
  accelerator.glb.bank_bytes = 256;
  EXPECT_THAT(error(), HasSubstr("256 bytes"));
  accelerator.glb.bank_bytes = 4096;
  for (const int port_bits : {8, 128}) {
    accelerator.glb.port_bits = port_bits;
    EXPECT_THAT(error(), AllOf(HasSubstr("port of " + std::to_string(port_bits) + " bits"),
                               HasSubstr("widths of 16, 64 bits")));
  }
}

TEST(Prices, InterpolateBetweenWidths) {
  AcceleratorConfig accelerator = default_accelerator();
  accelerator.glb.port_bits = 32;  // half of the way from 16 to 64 in the logarithm
  EXPECT_NEAR(price(default_table(), accelerator, Action::glb_shared_read_inputs),
              std::sqrt(2.34912 * 2.92412), 1e-12);
}

TEST(Prices, OfAMemorysPlaceComeBeforeThoseOfItsSize) {
  EnergyTable table = default_table();
  table.actions["glb_read"].energy_pJ = 7;
  table.actions["spad_filter_read"].energy_pJ = 5;
  const AcceleratorConfig accelerator = default_accelerator();
  EXPECT_EQ(price(table, accelerator, Action::glb_filter_read_weights), 7);
  EXPECT_EQ(price(table, accelerator, Action::glb_shared_write_psums), 5.34521);
  EXPECT_EQ(price(table, accelerator, Action::spad_filter_read_scales), 5);
  EXPECT_DOUBLE_EQ(price(table, accelerator, Action::spad_filter_write_scales), kRegisterWord_pJ);
  EXPECT_EQ(price(table, accelerator, Action::noc_local_deliver_psums), 2 * 5);  // twice the spad's read
  table.components["glb"] = {1e6, 3, ""};
  table.components["spad_input"] = {100, 0, ""};
  const std::vector<PlacedUnit> units = placed_units(accelerator);
  const Area before = area_of(default_table(), accelerator, units),
             after = area_of(table, accelerator, units);
  EXPECT_EQ(after.glb_um2, 1e6);
  EXPECT_NEAR(before.pe_um2 - after.pe_um2, 12 * 16 * 7.5684375 - 100, 1e-6);
}

TEST(Prices, RefuseCountedActionsThatTheTableLacks) {
  EnergyTable table = default_table();
  table.actions.erase("multiply_int8");
  const AcceleratorConfig accelerator = default_accelerator();
  EXPECT_THAT(input_error_of([&] { prices_of(table, accelerator, one(Action::multiply_int8_weights)); }),
              AllOf(HasSubstr("action multiply.int8.weights"), HasSubstr("'horowitz-cacti-45nm'"),
                    HasSubstr("no action 'multiply_int8'")));
  const Prices prices = prices_of(table, accelerator, one(Action::add_fp16_psums));
  EXPECT_TRUE(std::isnan(prices.pJ[static_cast<size_t>(Action::multiply_int8_weights)]));
  EXPECT_THROW(energy_of(one(Action::multiply_int8_weights), prices, 0, 0), InternalError);
}

TEST(Prices, RefuseQueriesOfAMachineWithoutTableStorage) {
  const AcceleratorConfig mac = specialised(default_accelerator(), "mac-fp16");
  EXPECT_THAT(input_error_of([&] { prices_of(default_table(), mac, one(Action::lut_query_psums)); }),
              HasSubstr("spad_words.lut is 0"));
}

TEST(Energy, OfASmallCountVectorEqualsTheHandSum) {
  ActionCounts counts;
  counts[Action::multiply_fp16_weights] = 10;    // 10 x 1.1     = 11
  counts[Action::multiply_fp32_scales] = 2;      //  2 x 3.7     = 7.4
  counts[Action::add_fp32_psums] = 10;           // 10 x 0.9     = 9
  counts[Action::add_fp16_inputs] = 5;           //  5 x 0.4     = 2
  counts[Action::shift_fp16_scales] = 3;         //  3 x 0.03    = 0.09
  counts[Action::dequantize_int_weights] = 4;    //  4 x 0.08    = 0.32
  counts[Action::lut_query_psums] = 7;           //  7 x 0.64593 = 4.52151
  counts[Action::lut_build_add_inputs] = 2;      //  2 x 0.4     = 0.8
  counts[Action::lut_build_write_inputs] = 2;    //  2 x 0.93709 = 1.87418
  counts[Action::dram_read_weights] = 64;        // 64 x 110     = 7040
  counts[Action::dram_write_outputs] = 8;        //  8 x 110     = 880
  counts[Action::glb_filter_read_scales] = 6;    //  6 x 2.92412 = 17.54472
  counts[Action::glb_shared_write_psums] = 3;    //  3 x 5.34521 = 16.03563
  counts[Action::glb_shared_read_outputs] = 1;   //  1 x 2.92412
  counts[Action::noc_input_deliver_inputs] = 9;  //  9 x 0.32436 = 2.91924
  counts[Action::spad_psum_read_psums] = 100;    // 100 x 0.16218 = 16.218
  const Prices prices = prices_of(default_table(), default_accelerator(), counts);
  const Energy energy = energy_of(counts, prices, 2.0, 3e-9);  // 2 mW for 3 ns: 6e-12 J = 6 pJ

  EXPECT_NEAR(energy.compute.multiply, 18.4, 1e-9);
  EXPECT_NEAR(energy.compute.add, 11, 1e-9);
  EXPECT_NEAR(energy.compute.shift, 0.09, 1e-9);
  EXPECT_NEAR(energy.compute.dequantize, 0.32, 1e-9);
  EXPECT_NEAR(energy.compute.lut_query, 4.52151, 1e-9);
  EXPECT_NEAR(energy.compute.lut_build, 2.67418, 1e-9);
  EXPECT_NEAR(energy.data_movement.dram.weights, 7040, 1e-9);
  EXPECT_NEAR(energy.data_movement.dram.psums, 880, 1e-9);
  EXPECT_EQ(energy.data_movement.dram.inputs, 0);
  EXPECT_NEAR(energy.data_movement.glb.scales, 17.54472, 1e-9);
  EXPECT_NEAR(energy.data_movement.glb.psums, 18.95975, 1e-9);
  EXPECT_NEAR(energy.data_movement.noc.inputs, 2.91924, 1e-9);
  EXPECT_NEAR(energy.data_movement.spad.psums, 16.218, 1e-9);
  EXPECT_NEAR(energy.static_leakage, 6, 1e-12);
  EXPECT_EQ(energy.clock_control, 0);
  EXPECT_NEAR(energy.total, 8018.6474, 1e-4);
}

TEST(Energy, OfEveryActionGoesToOneKindOnly) {
  Prices prices;
  prices.pJ.fill(1);
  for (size_t i = 0; i < kActionCount; ++i) {
    ActionCounts counts;
    counts.n[i] = 1;
    const Energy e = energy_of(counts, prices, 0, 1);
    const auto sum = [](const Energy::ByOperand& o) { return o.weights + o.inputs + o.psums + o.scales; };
    const double compute = e.compute.multiply + e.compute.add + e.compute.shift + e.compute.lut_query +
                           e.compute.lut_build + e.compute.dequantize;
    const double movement = sum(e.data_movement.dram) + sum(e.data_movement.glb) + sum(e.data_movement.noc) +
                            sum(e.data_movement.spad);
    EXPECT_EQ(compute + movement + e.clock_control, 1) << kActionInfo[i].key;
    EXPECT_EQ(e.total, 1) << kActionInfo[i].key;
  }
}

}  // namespace
}  // namespace eyeshift
