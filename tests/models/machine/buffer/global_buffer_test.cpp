#include "models/machine/buffer/global_buffer.h"

#include <gmock/gmock.h>

#include "tests/models/machine/buffer/global_buffer_rig.h"
#include "tests/support/child.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// What is requested, such as "inputs 0" of pass 0.
std::vector<std::string> names(const std::vector<ReadRequest>& requests) {
  std::vector<std::string> all;
  for (const ReadRequest& request : requests) {
    const char* operands[] = {"weights ", "scales ", "inputs "};
    all.push_back(operands[static_cast<int>(request.operand)] + std::to_string(request.pass));
  }
  return all;
}

// A pass on a tile of its own, with so many inputs and as many weights of 16 bits.
Pass pass_of(int inputs) {
  Pass pass = linear_pass(1, 1, inputs, 1);
  pass.loads_inputs = pass.frees_inputs = true;
  pass.load_bits = inputs * 16;
  return pass;
}

// Six inputs, six weights: two bursts each. A burst a cycle from 0 on, which DRAM takes a cycle later.
TEST(GlobalBuffer, RequestsAPassesInputsThenItsWeightsOneBurstACycle) {
  in_child([] {
    GlobalBufferRig<false> rig(small_machine(), schedule_of({pass_of(6), pass_of(6)}));
    run_to(100);
    EXPECT_THAT(names(rig.requests.items()), ElementsAre("inputs 0", "inputs 0", "weights 0", "weights 0",
                                                         "inputs 1", "inputs 1", "weights 1", "weights 1"));
    EXPECT_EQ(rig.requests.ticks(), from_to(1, 8));
    EXPECT_EQ(rig.bench.counts[Action::dram_read_inputs], 4 * 8);
    EXPECT_EQ(rig.bench.counts[Action::dram_read_weights], 4 * 8);
  });
}

// DRAM takes nothing before 20: four requests fill the channel. The first leaves at 20, so the fifth comes
// at 21.
TEST(GlobalBuffer, HoldsRequestsThatDramDoesNotTake) {
  in_child([] {
    GlobalBufferRig<false> rig(small_machine(), schedule_of({pass_of(6), pass_of(6)}), {20, 0, 0});
    run_to(100);
    EXPECT_EQ(rig.requests.items().size(), 8u);
    EXPECT_EQ(rig.requests.ticks(), from_to(20, 27));
  });
}

// A burst an operand. Inputs of two passes find a slot; those of pass 2 do not, so the weights go ahead. The
// beats of inputs 0 and 1 are pushed at 20 and 22; their words are read at 24 and 26, and a slot is free a
// cycle later: requests at 25 and 27, taken at 26 and 28.
TEST(GlobalBuffer, WhereInputsFindNoSlotTheWeightsGoAhead) {
  in_child([] {
    GlobalBufferRig<false> rig(small_machine(), schedule_of(std::vector<Pass>(4, pass_of(4))));
    rig.send_beats(20, 6);
    run_to(100);
    EXPECT_THAT(names(rig.requests.items()), ElementsAre("inputs 0", "weights 0", "inputs 1", "weights 1",
                                                         "weights 2", "weights 3", "inputs 2", "inputs 3"));
    EXPECT_EQ(rig.requests.ticks(), (Ticks{1, 2, 3, 4, 5, 6, 26, 28}));
  });
}

// With one slot, the next tile waits for the pass to end: told at 50, known at 51.
TEST(GlobalBuffer, ASingleSlotWaitsForThePassToEnd) {
  in_child([] {
    Schedule schedule = schedule_of({pass_of(4), pass_of(4)});
    schedule.input_slots = 1;
    GlobalBufferRig<false> rig(small_machine(), schedule);
    rig.send_beats(20, 3);
    rig.ends.push(50, {});
    run_to(100);
    EXPECT_THAT(names(rig.requests.items()), ElementsAre("inputs 0", "weights 0", "weights 1", "inputs 1"));
    EXPECT_EQ(rig.requests.ticks(), (Ticks{1, 2, 3, 52}));
  });
}

// Twenty passes on one tile of a word. The weights of passes 0 to 16 are requested while the inputs of pass 0
// have not been taken. Their beat is pushed at 50, so they are read at 54, once a pass from then on: one more
// request a cycle, from 55 on.
TEST(GlobalBuffer, LooksSixteenPassesAhead) {
  in_child([] {
    std::vector<Pass> passes(20, linear_pass(1, 1, 4, 1));
    passes.front() = pass_of(4);
    passes.front().frees_inputs = false;
    passes.back().frees_inputs = true;
    AcceleratorConfig config = small_machine();
    config.glb.filter_banks = 4;  // 32 words
    GlobalBufferRig<false> rig(config, schedule_of(passes));
    rig.send_beats(50, 1);
    run_to(50);
    ASSERT_EQ(rig.requests.items().size(), 18u);
    EXPECT_EQ(rig.requests.items().back().pass, 16);
    run_to(100);
    Ticks ticks = from_to(1, 18);
    for (const int64_t tick : {56, 57, 58}) ticks.push_back(tick);
    EXPECT_EQ(rig.requests.ticks(), ticks);
  });
}

// A word of inputs, on the link at 20, and two of weights, at 21 and 22. The inputs are in their bank at 23,
// the second word of the weights at 25: that is when all of each has come from DRAM.
TEST(GlobalBuffer, AWordIsReadFourCyclesAfterItsBeat) {
  in_child([] {
    Pass pass = pass_of(4);
    pass.p = pass.p_last = 2;
    GlobalBufferRig<false> rig(small_machine(), schedule_of({pass}));
    rig.send_beats(20, 3);
    run_to(25);
    EXPECT_TRUE(rig.inputs.ticks().empty());
    run_to(100);
    EXPECT_THAT(rig.inputs.ticks(), ElementsAre(25));
    EXPECT_THAT(rig.weights.ticks(), ElementsAre(26, 27));
    EXPECT_EQ(rig.weights.items().front().bits, 64);
    EXPECT_THAT(rig.glb.take_fill_ends(), ElementsAre(Pair(0, 23), Pair(0, 25)));
    EXPECT_TRUE(rig.glb.take_fill_ends().empty());
  });
}

// Bursts of four beats, of which the first is payload: the beats of the weights are pushed from 24 on.
TEST(GlobalBuffer, BeatsBehindABurstsPayloadAreDropped) {
  in_child([] {
    GlobalBufferRig<false> rig(with_burst_bytes(32), schedule_of({pass_of(4)}));
    rig.send_beats(20, 8);
    run_to(100);
    EXPECT_THAT(rig.inputs.ticks(), ElementsAre(25));
    EXPECT_THAT(rig.weights.ticks(), ElementsAre(29));
    EXPECT_EQ(rig.bench.counts[Action::dram_read_weights], 32);
  });
}

// Eight inputs of 16 bits come as 64 bits: the word of the burst's first half is formed at 22 as ever, the
// other one when the port is free again, at 23. The tile is complete at 24; it is read at 25 and 26.
TEST(GlobalBuffer, CompressedInputsBecomeMoreWordsThanCame) {
  in_child([] {
    Pass pass = pass_of(8);
    pass.load_bits = 64;
    GlobalBufferRig<false> rig(small_machine(), schedule_of({pass}));
    rig.send_beats(20, 1);
    run_to(100);
    EXPECT_THAT(rig.inputs.ticks(), ElementsAre(26, 27));
  });
}

// 20 words of weights into room for 16, which the network takes from 60 on. Requests: inputs and 16 bursts.
// From 20 on a beat comes a cycle: the first word of weights is read at 25 and the second at 26, into the
// channel, and each makes room for a request a cycle later, taken at 27 and 28. The network takes words at 60
// and 61; the next ones are read at 61 and 62 and make room for the last requests, taken at 63 and 64.
TEST(GlobalBuffer, FullFilterBanksHoldTheRequests) {
  in_child([] {
    Pass pass = pass_of(4);
    pass.q = pass.q_last = 20;
    pass.p = pass.p_last = 4;
    GlobalBufferRig<false> rig(small_machine(), schedule_of({pass}), {0, 0, 60});
    rig.send_beats(20, 17);
    rig.send_beats(40, 2);
    rig.send_beats(80, 2);
    run_to(200);
    Ticks ticks = from_to(1, 17);
    for (const int64_t tick : {27, 28, 63, 64}) ticks.push_back(tick);
    EXPECT_EQ(rig.requests.ticks(), ticks);
    EXPECT_EQ(rig.weights.items().size(), 20u);
    EXPECT_EQ(rig.weights.ticks().front(), 60);
  });
}

// A machine with a link at 60 MHz and a core at 200: ticks of 600 MHz, a core edge every 3. The first request
// is made at time 0 and taken at the link's first edge, 10; the second, made at 3, at 20. A beat pushed at
// 30, an edge of both, is seen at 33; four cycles later, at 45, the network takes its word.
TEST(GlobalBuffer, WorksInTheCoresClock) {
  in_child([] {
    AcceleratorConfig config = small_machine();
    config.clocks = {200'000'000, 60'000'000};
    GlobalBufferRig<false> rig(config, schedule_of({pass_of(4)}));
    rig.send_beats(30, 1);
    run_to(200);
    EXPECT_THAT(rig.requests.ticks(), ElementsAre(10, 20));
    EXPECT_THAT(rig.inputs.ticks(), ElementsAre(45));
  });
}

}  // namespace
}  // namespace eyeshift::testing
