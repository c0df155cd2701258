#include "models/machine/buffer/global_buffer.h"

#include <gmock/gmock.h>

#include "tests/models/machine/bench.h"
#include "tests/models/machine/mocks.h"
#include "tests/support/child.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

using Ticks = std::vector<int64_t>;

// From which tick on each neighbour takes what the global buffer sends.
struct TakenFrom {
  int64_t requests = 0, write_beats = 0, filter_words = 0;
};

// The global buffer between mocks of DRAM, networks and array. What it does, from when a beat is pushed onto
// the link at t: in the fill register at t + 1, a word for its bank at t + 2, in the bank at t + 3, read at t
// + 4 and taken by the network at t + 5. From when the array pushes a flit at t: in its bank at t + 1,
// drained and a beat at t + 2, taken by DRAM at t + 3.
template <bool Functional>
struct Rig {
  Rig(const AcceleratorConfig& config, const Schedule& passes, const TakenFrom& from = {},
      MemoryImage* image = nullptr)
      : bench(config, passes),
        scheduler(time_base(config)),
        moved(scheduler),
        read_requests("read_requests", scheduler, Domain::core, Domain::dram, 4),
        read_beats("read_beats", scheduler, Domain::dram, Domain::core, 8),
        write_beats("write_beats", scheduler, Domain::core, Domain::dram, 2),
        filter_words("filter_words", scheduler, Domain::core, Domain::core, 2),
        input_words("input_words", scheduler, Domain::core, Domain::core, 2),
        psums_to_array("psums_to_array", scheduler, Domain::core, Domain::core, 2),
        psums_from_array("psums_from_array", scheduler, Domain::core, Domain::core, 2),
        pass_ends("pass_ends", scheduler, Domain::core, Domain::core, 8),
        requests("requests", scheduler, Domain::dram, read_requests, from.requests),
        link("link", scheduler, Domain::dram, read_beats),
        stored("stored", scheduler, Domain::dram, write_beats, from.write_beats),
        weights("weights", scheduler, Domain::core, filter_words, from.filter_words),
        inputs("inputs", scheduler, Domain::core, input_words),
        psums_in("psums_in", scheduler, Domain::core, psums_to_array),
        array("array", scheduler, Domain::core, psums_from_array),
        ends("ends", scheduler, Domain::core, pass_ends),
        glb("glb", bench.plan, scheduler, image,
            {read_requests, read_beats, write_beats, filter_words, input_words, psums_to_array,
             psums_from_array, pass_ends},
            bench.counts) {}

  void send_beats(int64_t first_tick, int count) {
    for (int i = 0; i < count; ++i) link.push(first_tick + i, {});
  }
  void send_result(int64_t tick, int64_t pass, int col, PsumKind kind = PsumKind::output) {
    PsumFlit<Functional> flit;
    flit.pass = pass;
    flit.col = static_cast<int16_t>(col);
    flit.kind = kind;
    flit.count = kind == PsumKind::output ? 4 : 2;
    array.push(tick, flit);
  }

  Bench bench;
  TickScheduler scheduler;
  PortLog moved;
  Channel<ReadRequest> read_requests;
  Channel<Beat<Functional>> read_beats, write_beats;
  Channel<StreamWord<Functional>> filter_words, input_words;
  Channel<PsumFlit<Functional>> psums_to_array, psums_from_array;
  Channel<PassEnd> pass_ends;
  Consumer<ReadRequest> requests;
  Producer<Beat<Functional>> link;
  Consumer<Beat<Functional>> stored;
  Consumer<StreamWord<Functional>> weights, inputs;
  Consumer<PsumFlit<Functional>> psums_in;
  Producer<PsumFlit<Functional>> array;
  Producer<PassEnd> ends;
  GlobalBuffer<Functional> glb;
};

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

// A pass on inputs that are there, with outputs of so many columns of 4.
Pass output_pass(int cols, int tokens = 1) {
  Pass pass = linear_pass(1, cols, 1, 4, tokens);
  pass.output = true;
  pass.store_bits = pass.results() * 16;
  return pass;
}

AcceleratorConfig with_burst_bytes(int bytes) {
  AcceleratorConfig config = small_machine();
  config.dram.burst_bytes = bytes;
  return config;
}

Ticks from_to(int64_t first, int64_t last) {
  Ticks ticks;
  for (int64_t tick = first; tick <= last; ++tick) ticks.push_back(tick);
  return ticks;
}

// Six inputs, six weights: two bursts each. A burst a cycle from 0 on, which DRAM takes a cycle later.
TEST(GlobalBuffer, RequestsAPassesInputsThenItsWeightsOneBurstACycle) {
  in_child([] {
    Rig<false> rig(small_machine(), schedule_of({pass_of(6), pass_of(6)}));
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
    Rig<false> rig(small_machine(), schedule_of({pass_of(6), pass_of(6)}), {20, 0, 0});
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
    Rig<false> rig(small_machine(), schedule_of(std::vector<Pass>(4, pass_of(4))));
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
    Rig<false> rig(small_machine(), schedule);
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
    Rig<false> rig(config, schedule_of(passes));
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

// A word of inputs and one of weights, on the link at 20 and 21. Inputs are in their bank at 23, weights at
// 24, which is when they have come from DRAM.
TEST(GlobalBuffer, AWordIsReadFourCyclesAfterItsBeat) {
  in_child([] {
    Rig<false> rig(small_machine(), schedule_of({pass_of(4)}));
    rig.send_beats(20, 2);
    run_to(25);
    EXPECT_TRUE(rig.inputs.ticks().empty());
    run_to(100);
    EXPECT_THAT(rig.inputs.ticks(), ElementsAre(25));
    EXPECT_THAT(rig.weights.ticks(), ElementsAre(26));
    EXPECT_EQ(rig.weights.items().front().bits, 64);
    EXPECT_THAT(rig.glb.take_fill_ends(), ElementsAre(Pair(0, 23), Pair(0, 24)));
    EXPECT_TRUE(rig.glb.take_fill_ends().empty());
  });
}

// Bursts of four beats, of which the first is payload: the beats of the weights are pushed from 24 on.
TEST(GlobalBuffer, BeatsBehindABurstsPayloadAreDropped) {
  in_child([] {
    Rig<false> rig(with_burst_bytes(32), schedule_of({pass_of(4)}));
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
    Rig<false> rig(small_machine(), schedule_of({pass}));
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
    Rig<false> rig(small_machine(), schedule_of({pass}), {0, 0, 60});
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

TEST(GlobalBuffer, OutputsAreOnTheLinkThreeCyclesAfterTheirFlit) {
  in_child([] {
    Rig<false> rig(small_machine(), schedule_of({output_pass(1)}));
    rig.send_result(10, 0, 0);
    run_to(100);
    EXPECT_THAT(rig.moved.ticks(Port::psum_out_noc), ElementsAre(11));
    EXPECT_THAT(rig.stored.ticks(), ElementsAre(13));
    EXPECT_EQ(rig.bench.counts[Action::dram_write_outputs], 8);
  });
}

// A burst of four beats: three empty ones behind the outputs.
TEST(GlobalBuffer, OutputsOfAPassFillTheirBurst) {
  in_child([] {
    Rig<false> rig(with_burst_bytes(32), schedule_of({output_pass(1)}));
    rig.send_result(10, 0, 0);
    run_to(100);
    EXPECT_EQ(rig.stored.ticks(), from_to(13, 16));
    EXPECT_EQ(rig.bench.counts[Action::dram_write_outputs], 32);
    EXPECT_EQ(rig.glb.written_beats(), 4);
  });
}

// Two words of outputs that take 64 bits in DRAM: half a beat is not sent. Both words lie in one bank. The
// first is written at 11 and drained at 12, the second one therefore written at 13 and drained at 14.
TEST(GlobalBuffer, CompressedOutputsWaitForAFullBeat) {
  in_child([] {
    Pass pass = output_pass(2);
    pass.store_bits = 64;
    Rig<false> rig(small_machine(), schedule_of({pass}));
    rig.send_result(10, 0, 0);
    rig.send_result(11, 0, 1);
    run_to(100);
    EXPECT_THAT(rig.stored.ticks(), ElementsAre(15));
  });
}

// A word of outputs a cycle from 10 on, all in different banks from the one before. DRAM takes nothing before
// 100: two beats wait in the channel, a third in the drain register, and the other words in their banks. From
// 100 on a beat leaves every cycle.
TEST(GlobalBuffer, HoldsOutputsThatDramDoesNotTake) {
  in_child([] {
    Schedule schedule = schedule_of({output_pass(1, 8)});
    schedule.psum_banks = 3;
    schedule.psum_tile_bits = 16 * 64;
    Rig<false> rig(small_machine(), schedule, {0, 100, 0});
    for (int64_t tick = 10; tick < 18; ++tick) rig.send_result(tick, 0, 0);
    run_to(100);
    EXPECT_EQ(rig.array.ticks(), from_to(10, 17));
    EXPECT_EQ(rig.glb.written_beats(), 2);
    EXPECT_EQ(rig.bench.counts[Action::glb_shared_read_outputs], 3);
    run_to(200);
    EXPECT_EQ(rig.stored.ticks(), from_to(100, 107));
  });
}

// Pass 1 adds to the partial sums of pass 0, two words in two banks. Pushed at 10 and 11, they are written at
// 11 and 12, read at 12 and 13, and the array has them at 13 and 14.
TEST(GlobalBuffer, PartialSumsAreBackInTheArrayThreeCyclesAfterTheyLeft) {
  in_child([] {
    Pass first = output_pass(1), second = output_pass(1);
    first.output = false;
    first.store_bits = 0;
    second.psum_in = true;
    Rig<false> rig(small_machine(), schedule_of({first, second}));
    rig.send_result(10, 0, 0, PsumKind::partial);
    rig.send_result(11, 0, 0, PsumKind::partial);
    run_to(100);
    EXPECT_THAT(rig.psums_in.ticks(), ElementsAre(13, 14));
    EXPECT_THAT(rig.moved.ticks(Port::psum_in_noc), ElementsAre(12, 13));
  });
}

// A machine with a link at 60 MHz and a core at 200: ticks of 600 MHz, a core edge every 3. The first request
// is made at time 0 and taken at the link's first edge, 10; the second, made at 3, at 20. A beat pushed at
// 30, an edge of both, is seen at 33; four cycles later, at 45, the network takes its word.
TEST(GlobalBuffer, WorksInTheCoresClock) {
  in_child([] {
    AcceleratorConfig config = small_machine();
    config.clocks = {200'000'000, 60'000'000};
    Rig<false> rig(config, schedule_of({pass_of(4)}));
    rig.send_beats(30, 1);
    run_to(200);
    EXPECT_THAT(rig.requests.ticks(), ElementsAre(10, 20));
    EXPECT_THAT(rig.inputs.ticks(), ElementsAre(45));
  });
}

// Inputs of a pass, and what it stores.
class Image : public MemoryImage {
 public:
  BitString weights(const Pass&) override { return {}; }
  BitString scales(const Pass&) override { return {}; }
  BitString inputs(const Pass&) override {
    BitString bits;
    bits.append(0x4444333322221111, 64);
    return bits;
  }
  void store_outputs(const Pass& pass, const BitString& outputs) override {
    EXPECT_TRUE(pass.output);
    stored.push_back(outputs.words().at(0));
  }

  std::vector<uint64_t> stored;
};

// The weights come with their beat, inputs from the image as their beat arrives, outputs in half precision go
// to the image when the last has drained.
TEST(GlobalBuffer, PassesValuesOn) {
  in_child([] {
    Image image;
    Pass pass = pass_of(4);
    pass.p = pass.p_last = 1;
    pass.output = true;
    pass.store_bits = 16;
    Rig<true> rig(small_machine(), schedule_of({pass}), {}, &image);
    Beat<true> beat;
    rig.link.push(20, beat);
    beat.payload.words[0] = 0x0123456789abcdef;
    rig.link.push(21, beat);
    PsumFlit<true> flit;
    flit.kind = PsumKind::output;
    flit.count = 1;
    flit.payload.values[0] = -1.5;
    rig.array.push(40, flit);
    run_to(100);
    ASSERT_EQ(rig.inputs.items().size(), 1u);
    EXPECT_EQ(rig.inputs.items()[0].payload.words[0], 0x4444333322221111u);
    ASSERT_EQ(rig.weights.items().size(), 1u);
    EXPECT_EQ(rig.weights.items()[0].payload.words[0], 0x0123456789abcdefu);
    EXPECT_THAT(image.stored, ElementsAre(0xbe00u));
    EXPECT_EQ(rig.stored.ticks().size(), 1u);
    EXPECT_TRUE(rig.glb.done());
  });
}

}  // namespace
}  // namespace eyeshift::testing
