#include "models/pe/gating.h"

#include <gtest/gtest.h>

#include "models/types/clock_control.h"

namespace eyeshift {
namespace {

LayerShape conv_shape(const Convolution& conv, int64_t M) {
  LayerShape shape{"conv", conv.C / conv.groups * conv.R * conv.R, M};
  shape.conv = conv;
  return shape;
}

const Unit& unit(const char* name) { return Registry<Unit>::instance().find(name, "unit"); }

// A result in which every pair took one multiply, one add, one weight and one partial sum.
LayerResult ungated(const LayerShape& shape, int64_t tokens) {
  LayerResult result;
  result.macs = shape.K * shape.M * shape.positions() * tokens;
  result.busy_pe_cycles = result.macs + 10;
  result.cycles = 1000;
  for (const Action action :
       {Action::multiply_int16_weights, Action::add_int16_psums, Action::spad_filter_read_weights,
        Action::spad_psum_read_psums, Action::spad_psum_write_psums})
    result.actions[action] = result.macs;
  result.actions[Action::spad_input_read_inputs] = 77;
  return result;
}

TEST(Gating, BorderOfASmallConvolutionCountedByHand) {
  // Output rows 0 and 2 meet 2 stored rows, row 1 meets 3: 7 a dimension, 49 of 81 pixels.
  const LayerShape shape = conv_shape({2, 3, 3, 1, 1, 1}, 4);
  const InputPairs pairs = input_pairs(shape, 2);
  EXPECT_EQ(pairs.real, 49 * 2 * 4 * 2);
  EXPECT_EQ(pairs.border, (81 - 49) * 2 * 4 * 2);
}

TEST(Gating, BorderEqualsACountOverAllPixels) {
  for (const Convolution& conv : {Convolution{4, 7, 3, 2, 1, 2}, Convolution{6, 5, 5, 1, 2, 3},
                                  Convolution{3, 27, 11, 4, 0, 1}, Convolution{1, 4, 4, 3, 3, 1}}) {
    const LayerShape shape = conv_shape(conv, 6);
    int64_t border = 0;
    for (int64_t y = 0; y < conv.E(); ++y)
      for (int64_t x = 0; x < conv.E(); ++x)
        for (int64_t i = 0; i < conv.R; ++i)
          for (int64_t j = 0; j < conv.R; ++j) {
            const int64_t row = y * conv.stride + i - conv.pad, column = x * conv.stride + j - conv.pad;
            if (row < 0 || row >= conv.H || column < 0 || column >= conv.H) ++border;
          }
    border *= conv.C / conv.groups * 6 * 5;
    const InputPairs pairs = input_pairs(shape, 5);
    EXPECT_EQ(pairs.border, border);
    EXPECT_EQ(pairs.real + pairs.border, shape.K * shape.M * shape.positions() * 5);
  }
}

TEST(Gating, TakesMultiplyAddAndWeightReadOnly) {
  LayerShape shape = conv_shape({2, 3, 3, 1, 1, 1}, 4);
  shape.zero_fraction = 0.25;
  const LayerResult before = ungated(shape, 2);
  LayerResult result = before;
  gate_zero_inputs(shape, 2, unit("mac-int16"), result);
  const int64_t zeros = 512 + 784 / 4;
  EXPECT_EQ(result.gated_macs, zeros);
  for (const Action action :
       {Action::multiply_int16_weights, Action::add_int16_psums, Action::spad_filter_read_weights})
    EXPECT_EQ(result.actions[action], 1296 - zeros);
  for (const Action action :
       {Action::spad_psum_read_psums, Action::spad_psum_write_psums, Action::spad_input_read_inputs})
    EXPECT_EQ(result.actions[action], before.actions[action]);
  EXPECT_EQ(result.cycles, before.cycles);
  EXPECT_EQ(result.macs, before.macs);
  EXPECT_EQ(result.busy_pe_cycles, before.busy_pe_cycles);
}

TEST(Gating, OfALinearLayerFollowsItsZeroFraction) {
  LayerShape shape{"linear", 10, 10};
  const auto left = [&](double zero_fraction) {
    shape.zero_fraction = zero_fraction;
    LayerResult result = ungated(shape, 3);
    gate_zero_inputs(shape, 3, unit("mac-int16"), result);
    EXPECT_EQ(result.gated_macs + result.actions[Action::multiply_int16_weights], 300);
    return result.actions[Action::multiply_int16_weights];
  };
  EXPECT_EQ(left(0), 300);
  EXPECT_EQ(left(0.005), 298);  // 1.5 pairs are rounded away from zero
  EXPECT_EQ(left(1), 0);
}

TEST(Gating, OfUnitsWithoutItChangesNothing) {
  LayerShape shape{"linear", 10, 10};
  shape.zero_fraction = 0.5;
  for (const std::string& name : Registry<Unit>::instance().names()) {
    if (!unit(name.c_str()).gated_actions().empty()) continue;
    LayerResult result = ungated(shape, 1);
    gate_zero_inputs(shape, 1, unit(name.c_str()), result);
    EXPECT_EQ(result.gated_macs, 0) << name;
    EXPECT_EQ(result.actions, ungated(shape, 1).actions) << name;
  }
}

TEST(ClockControl, IsCountedFromCyclesAndTheOtherCounts) {
  AcceleratorConfig accelerator;
  accelerator.array.rows = 3;
  accelerator.array.cols = 5;
  LayerResult result;
  result.cycles = 100;
  result.busy_pe_cycles = 900;
  result.gated_macs = 250;
  result.actions[Action::dram_read_weights] = 64;
  result.actions[Action::dram_write_outputs] = 128;
  result.actions[Action::noc_input_deliver_inputs] = 7;
  result.actions[Action::noc_local_deliver_psums] = 4;
  result.actions[Action::spad_filter_read_weights] = 1000;
  count_clock_and_control(accelerator, result);
  EXPECT_EQ(result.actions[Action::clock_cycle_pes], 1500);
  EXPECT_EQ(result.actions[Action::control_chip_cycles], 100);
  EXPECT_EQ(result.actions[Action::control_active_pes], 650);
  EXPECT_EQ(result.actions[Action::control_gated_pes], 250);
  EXPECT_EQ(result.actions[Action::io_transfer_bytes], 192);
  EXPECT_EQ(result.actions[Action::fifo_pass_words], 11);
  const ActionCounts once = result.actions;
  count_clock_and_control(accelerator, result);
  EXPECT_EQ(result.actions, once);
}

}  // namespace
}  // namespace eyeshift
