#include "models/machine/noc.h"

#include <gmock/gmock.h>

#include "tests/models/machine/noc_rig.h"
#include "tests/support/child.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// 2 x 2 PEs with 2 weights each, 32 bits: two of them to a word. Sent at 4, queued at 5, the first flit at 6,
// the second at 7; the array has them at 7 and 8.
TEST(Noc, WeightsLeaveOneFlitACycleTwoCyclesAfterTheirWord) {
  in_child([] {
    NocRig<false> rig(small_machine(), schedule_of({linear_pass(2, 2, 2, 1)}));
    rig.send_weights({4, 5});
    run_to(7);
    EXPECT_THAT(rig.moved.ticks(Port::filter_noc), ElementsAre(6));
    EXPECT_THAT(rig.weights.ticks(), IsEmpty());
    run_to(100);
    EXPECT_EQ(rig.moved.ticks(Port::filter_noc), (Ticks{6, 7, 8, 9}));
    EXPECT_EQ(rig.weights.ticks(), (Ticks{7, 8, 9, 10}));
    std::vector<Rectangle> places;
    for (const auto& flit : rig.weights.items()) places.push_back(rectangle(flit));
    EXPECT_THAT(places, ElementsAre(Rectangle{0, 0, 0, 0, 32}, Rectangle{0, 0, 1, 1, 32},
                                    Rectangle{1, 1, 0, 0, 32}, Rectangle{1, 1, 1, 1, 32}));
    EXPECT_EQ(rig.count(Action::noc_filter_deliver_weights), 4 * 2);
    EXPECT_EQ(rig.count(Action::spad_filter_write_weights), 4 * 2);
  });
}

// Two PEs with 6 weights each, 96 bits: 64 for each, then 32 for each.
TEST(Noc, WeightsWiderThanTheNetworkComeInTurns) {
  in_child([] {
    NocRig<false> rig(small_machine(), schedule_of({linear_pass(2, 1, 6, 1)}));
    rig.send_weights({0, 1, 2});
    run_to(100);
    std::vector<Rectangle> places;
    for (const auto& flit : rig.weights.items()) places.push_back(rectangle(flit));
    EXPECT_THAT(places, ElementsAre(Rectangle{0, 0, 0, 0, 64}, Rectangle{1, 1, 0, 0, 64},
                                    Rectangle{0, 0, 0, 0, 32}, Rectangle{1, 1, 0, 0, 32}));
    EXPECT_EQ(rig.moved.ticks(Port::filter_noc), (Ticks{2, 3, 4, 5}));
  });
}

// A flit of 64 bits waits for the second of two words of 32, sent at 10: queued at 11, it leaves at 12.
TEST(Noc, AFlitWaitsForAllOfItsBits) {
  in_child([] {
    AcceleratorConfig config = small_machine();
    config.glb.port_bits = 32;
    NocRig<false> rig(config, schedule_of({linear_pass(1, 1, 4, 1)}));
    rig.send_weights({0, 10}, 32);
    run_to(100);
    EXPECT_THAT(rig.moved.ticks(Port::filter_noc), ElementsAre(12));
  });
}

// A network of 16 bits takes four cycles for a word of 64. The queue takes a word while it holds less than
// one: at 1, then at 2, 6, 10, each time that a flit has made it so. Two words wait in the channel; the fifth
// is sent at 7, when the place that was left at 6 shows, the sixth at 11.
TEST(Noc, ANarrowNetworkHoldsTheBanks) {
  in_child([] {
    AcceleratorConfig config = small_machine();
    config.noc_bits.filter = 16;
    NocRig<false> rig(config, schedule_of(std::vector<Pass>(6, linear_pass(1, 1, 4, 1))));
    rig.send_weights(Ticks(6, 0));
    run_to(100);
    EXPECT_EQ(rig.filter_banks.ticks(), (Ticks{0, 1, 2, 3, 7, 11}));
    Ticks flits;
    for (int64_t i = 0; i < 24; ++i) flits.push_back(2 + i);
    EXPECT_EQ(rig.moved.ticks(Port::filter_noc), flits);
  });
}

// The array takes nothing before 20: two flits wait for it from 2 and 3 on. The first leaves at 20, which the
// network sees at 21.
TEST(Noc, AnArrayThatTakesNothingHoldsTheNetworks) {
  in_child([] {
    NocRig<false> rig(small_machine(), schedule_of({linear_pass(2, 2, 2, 1)}), 20);
    rig.send_weights({0, 1});
    rig.send_inputs({0});
    run_to(100);
    EXPECT_EQ(rig.moved.ticks(Port::filter_noc), (Ticks{2, 3, 21, 22}));
    EXPECT_EQ(rig.weights.ticks(), (Ticks{20, 21, 22, 23}));
    EXPECT_EQ(rig.moved.ticks(Port::input_noc), (Ticks{2, 3, 21, 22}));
    EXPECT_EQ(rig.inputs.ticks(), (Ticks{20, 21, 22, 23}));
  });
}

// Two rows, 4 inputs each in chunks of 2, two tokens: of a token the first chunk of row 0, of row 1, then the
// second ones. An input a flit, to the two sets of the row.
TEST(Noc, InputsComeTokenByTokenChunkByChunkLineByLine) {
  in_child([] {
    Pass pass = linear_pass(2, 2, 4, 1, 2);
    pass.input_chunk = 2;
    NocRig<false> rig(small_machine(), schedule_of({pass}));
    rig.send_inputs({0, 1, 2, 3});
    run_to(100);
    Ticks ticks;
    std::vector<Diagonal> expected;
    for (int64_t i = 0; i < 16; ++i) {
      ticks.push_back(2 + i);
      expected.push_back({static_cast<int>(i / 2 % 2), 0, 1, 1, false});
    }
    EXPECT_EQ(rig.moved.ticks(Port::input_noc), ticks);
    EXPECT_EQ(diagonals(rig.inputs.items()), expected);
    for (const auto& flit : rig.inputs.items()) EXPECT_EQ(flit.sets, 2);
    EXPECT_EQ(rig.count(Action::noc_input_deliver_inputs), 16 * 2);
    EXPECT_EQ(rig.count(Action::spad_input_write_inputs), 16 * 2);
  });
}

// 3 inputs a row over a network of 32 bits: two and one.
TEST(Noc, AWideInputNetworkTakesSeveralInputsAFlitOfOneLine) {
  in_child([] {
    AcceleratorConfig config = small_machine();
    config.noc_bits.input = 32;
    NocRig<false> rig(config, schedule_of({linear_pass(2, 1, 3, 1)}));
    rig.send_inputs({0, 1});
    run_to(100);
    EXPECT_THAT(diagonals(rig.inputs.items()), ElementsAre(Diagonal{0, 0, 1, 2}, Diagonal{0, 0, 1, 1},
                                                           Diagonal{1, 0, 1, 2}, Diagonal{1, 0, 1, 1}));
  });
}

Pass convolution_pass(int line_step) {
  Pass pass = linear_pass(3, 2, 3, 1);
  pass.set_rows = pass.taps = 3;
  pass.width = 2;
  pass.line_step = line_step;
  return pass;
}

// A filter of 3 rows over 2 output rows takes 4 lines: line h goes to PE i of output row j where h = j + i.
// So line 0 goes to PE 0 of row 0, line 1 to PE 1 of row 0 and PE 0 of row 1, line 2 to PEs 2 and 1, line 3
// to PE 2 of row 1, whose columns begin behind the two sets of row 0. Three inputs a line.
TEST(Noc, ALineOfAConvolutionGoesAlongItsDiagonal) {
  in_child([] {
    NocRig<false> rig(small_machine(), schedule_of({convolution_pass(1)}));
    rig.send_inputs({0, 1, 2});
    run_to(100);
    const Diagonal lines[] = {{0, 0, 1, 1}, {1, 0, 2, 1}, {2, 0, 2, 1}, {2, 2, 1, 1}};
    std::vector<Diagonal> expected;
    for (const Diagonal& line : lines) expected.insert(expected.end(), 3, line);
    EXPECT_EQ(diagonals(rig.inputs.items()), expected);
    for (const auto& flit : rig.inputs.items()) EXPECT_EQ(flit.row_step, 1);
    // Two sets in one, two, two and one output rows.
    EXPECT_EQ(rig.count(Action::noc_input_deliver_inputs), 3 * 2 * (1 + 2 + 2 + 1));
  });
}

// With a stride of 2, h = 2 j + i: five lines, of which only line 2 serves both rows, PE 2 and PE 0.
TEST(Noc, AStrideSpreadsTheDiagonals) {
  in_child([] {
    NocRig<false> rig(small_machine(), schedule_of({convolution_pass(2)}));
    rig.send_inputs({0, 1, 2, 3});
    run_to(100);
    const Diagonal lines[] = {{0, 0, 1, 1}, {1, 0, 1, 1}, {2, 0, 2, 1}, {1, 2, 1, 1}, {2, 2, 1, 1}};
    std::vector<Diagonal> expected;
    for (const Diagonal& line : lines) expected.insert(expected.end(), 3, line);
    EXPECT_EQ(diagonals(rig.inputs.items()), expected);
    EXPECT_EQ(rig.inputs.items().front().row_step, 2);
  });
}

// The weights of a PE serve its place in both output rows: they count twice.
TEST(Noc, WeightsOfAConvolutionGoToAllOutputRows) {
  in_child([] {
    NocRig<false> rig(small_machine(), schedule_of({convolution_pass(1)}));
    rig.send_weights({0, 1, 2, 3, 4});
    run_to(100);
    ASSERT_EQ(rig.weights.items().size(), 6u);  // 3 PEs, 2 sets, 48 bits each
    EXPECT_EQ(rig.weights.items()[0].width, 2);
    EXPECT_EQ(rig.count(Action::noc_filter_deliver_weights), 6 * 3 * 2);
  });
}

// int8: two inputs to a flit of 16 bits, and behind the inputs of a token its scale for the top row.
TEST(Noc, ATokensScaleComesBehindItsInputs) {
  in_child([] {
    AcceleratorConfig config = small_machine();
    config.array.units = {"mac-int8", "mac-fp16"};
    Pass pass = linear_pass(2, 1, 2, 1, 2);
    pass.ends_group = true;
    NocRig<false> rig(config, int8_schedule_of({pass}));
    rig.send_inputs({0});  // two tokens of 48 bits
    rig.send_inputs({1}, 32);
    run_to(100);
    const Diagonal row_0{0, 0, 1, 2}, row_1{1, 0, 1, 2}, scale{1, 0, 1, 0, true};
    EXPECT_THAT(diagonals(rig.inputs.items()), ElementsAre(row_0, row_1, scale, row_0, row_1, scale));
    EXPECT_EQ(rig.moved.ticks(Port::input_noc), (Ticks{2, 3, 4, 5, 6, 7}));
  });
}

// Pass 1 brings inputs only. All weights wait in the queue from 3 on, but those of pass 2 leave when the
// inputs of pass 1 have, the last of them at 20: at 21.
TEST(Noc, APassWithoutWeightsIsOverWhenItsInputsHaveLeft) {
  in_child([] {
    const Pass whole = linear_pass(1, 1, 2, 1);
    Pass holds = whole;
    holds.holds_weights = true;
    NocRig<false> rig(small_machine(), schedule_of({whole, holds, whole}));
    rig.send_weights({0, 1}, 32);
    rig.send_inputs({0}, 32);
    rig.send_inputs({17}, 32);
    run_to(100);
    EXPECT_EQ(rig.moved.ticks(Port::input_noc), (Ticks{2, 3, 19, 20}));
    EXPECT_EQ(rig.moved.ticks(Port::filter_noc), (Ticks{2, 21}));
    ASSERT_EQ(rig.weights.items().size(), 2u);
    EXPECT_EQ(rig.weights.items()[1].pass, 2);
  });
}

// The same with a pass that brings weights only: they leave at 19, the inputs of pass 2 at 20.
TEST(Noc, APassWithoutInputsIsOverWhenItsWeightsHaveLeft) {
  in_child([] {
    const Pass whole = linear_pass(1, 1, 1, 1);
    Pass holds = whole;
    holds.holds_inputs = true;
    NocRig<false> rig(small_machine(), schedule_of({whole, holds, whole}));
    rig.send_weights({0, 17, 18}, 16);
    rig.send_inputs({0, 1}, 16);
    run_to(100);
    EXPECT_EQ(rig.moved.ticks(Port::filter_noc), (Ticks{2, 19, 20}));
    EXPECT_EQ(rig.moved.ticks(Port::input_noc), (Ticks{2, 20}));
    EXPECT_TRUE(rig.noc.done());
  });
}

// A word's low half is the first PE's, its high half the second's; inputs of 16 bits come likewise.
TEST(Noc, FlitsCarryTheirBitsInOrder) {
  in_child([] {
    NocRig<true> rig(small_machine(), schedule_of({linear_pass(2, 1, 2, 1)}));
    StreamWord<true> word = NocRig<true>::word(64);
    word.payload.words[0] = 0x0123456789abcdef;
    rig.filter_banks.push(0, word);
    rig.input_banks.push(0, word);
    run_to(100);
    Ticks weights, inputs;
    for (const auto& flit : rig.weights.items())
      weights.push_back(static_cast<int64_t>(flit.payload.words[0]));
    for (const auto& flit : rig.inputs.items()) inputs.push_back(static_cast<int64_t>(flit.payload.words[0]));
    EXPECT_EQ(weights, (Ticks{0x89abcdef, 0x01234567}));
    EXPECT_EQ(inputs, (Ticks{0xcdef, 0x89ab, 0x4567, 0x0123}));
  });
}

}  // namespace
}  // namespace eyeshift::testing
