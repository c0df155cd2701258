#include "models/machine/dram.h"

#include <gmock/gmock.h>

#include "tests/models/machine/bench.h"
#include "tests/models/machine/mocks.h"
#include "tests/support/child.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The weights of a pass are 0, 1, 2 ... in words of 64 bits, its scales the same plus 1000.
class CountingImage : public MemoryImage {
 public:
  BitString weights(const Pass&) override { return count_from(0); }
  BitString scales(const Pass&) override { return count_from(1000); }
  BitString inputs(const Pass&) override { return {}; }
  void store_outputs(const Pass&, const BitString&) override {}

 private:
  static BitString count_from(uint64_t first) {
    BitString bits;
    for (uint64_t i = 0; i < 8; ++i) bits.append(first + i, 64);
    return bits;
  }
};

// DRAM between a mock that requests, one that writes and one that takes what is read. A request pushed at t
// is taken by DRAM at t + 1, so with a latency of L the first beat is on the link at t + 1 + L and the
// consumer takes it an edge later.
template <bool Functional>
struct Rig {
  explicit Rig(const AcceleratorConfig& config, int64_t taken_from = 0, MemoryImage* image = nullptr)
      : bench(config, schedule_of({linear_pass(1, 1, 4, 8), linear_pass(1, 1, 4, 8)})),
        scheduler(time_base(config)),
        link(scheduler),
        requests("requests", scheduler, Domain::core, Domain::dram, 4),
        read_beats("read_beats", scheduler, Domain::dram, Domain::core, 2),
        write_beats("write_beats", scheduler, Domain::core, Domain::dram, 4),
        requester("requester", scheduler, Domain::core, requests),
        writer("writer", scheduler, Domain::core, write_beats),
        reader("reader", scheduler, Domain::core, read_beats, taken_from),
        dram("dram", bench.plan, scheduler, image, requests, read_beats, write_beats) {}

  void read(int64_t tick, Operand operand = Operand::weights) {
    ReadRequest request;
    request.operand = operand;
    request.bits = 64;
    requester.push(tick, request);
  }
  void write(int64_t tick) { writer.push(tick, {}); }

  Bench bench;
  TickScheduler scheduler;
  PortLog link;
  Channel<ReadRequest> requests;
  Channel<Beat<Functional>> read_beats, write_beats;
  Producer<ReadRequest> requester;
  Producer<Beat<Functional>> writer;
  Consumer<Beat<Functional>> reader;
  Dram<Functional> dram;
};

AcceleratorConfig with_dram(int latency_cycles, int beats_a_burst) {
  AcceleratorConfig config = small_machine();
  config.dram.latency_cycles = latency_cycles;
  config.dram.burst_bytes = 8 * beats_a_burst;
  return config;
}

// Pushed at 4, taken at 5, on the link at 5 + L, taken by the consumer at 6 + L and not a tick before.
TEST(Dram, TheFirstBeatComesALatencyAfterItsRequestWasTaken) {
  for (const int latency : {0, 1, 5, 50})
    in_child([latency] {
      Rig<false> rig(with_dram(latency, 1));
      rig.read(4);
      run_to(6 + latency);
      EXPECT_THAT(rig.link.ticks(Port::dram_read_weights), ElementsAre(5 + latency)) << latency;
      EXPECT_TRUE(rig.reader.ticks().empty()) << latency;
      run_to(200);
      EXPECT_THAT(rig.reader.ticks(), ElementsAre(6 + latency)) << latency;
    });
}

// Bursts of two beats, requested at 0, 1 and 2: taken at 1, 2 and 3, ready at 6, 7 and 8. The link is busy
// from 6 on, two ticks a burst; the last burst has waited since 8 for its turn at 10.
TEST(Dram, RequestsOverlap) {
  in_child([] {
    Rig<false> rig(with_dram(5, 2));
    for (int64_t tick = 0; tick < 3; ++tick) rig.read(tick);
    run_to(100);
    EXPECT_EQ(rig.link.ticks(Port::dram_read_weights), (Ticks{6, 7, 8, 9, 10, 11}));
    EXPECT_EQ(rig.reader.ticks(), (Ticks{7, 8, 9, 10, 11, 12}));
  });
}

// Requested at 0 and 20, with a latency of 50: ready at 51 and 71. DRAM takes the second one while it waits
// for the first.
TEST(Dram, TakesARequestWhileItWaitsForAnother) {
  in_child([] {
    Rig<false> rig(with_dram(50, 1));
    rig.read(0);
    rig.read(20);
    run_to(200);
    EXPECT_EQ(rig.link.ticks(Port::dram_read_weights), (Ticks{51, 71}));
  });
}

// Three requests of a core at 200 MHz wait at the first edge of the link at 60 MHz, 10. One is taken at each
// edge, 10, 20 and 30, while the link waits for the first burst; with a latency of 20 ticks they are ready at
// 30, 40 and 50.
TEST(Dram, TakesARequestAtEveryEdge) {
  in_child([] {
    AcceleratorConfig config = with_dram(2, 1);
    config.clocks = {200'000'000, 60'000'000};
    Rig<false> rig(config);
    for (const int64_t tick : {3, 6, 9}) rig.read(tick);
    run_to(200);
    EXPECT_EQ(rig.link.ticks(Port::dram_read_weights), (Ticks{30, 40, 50}));
  });
}

// One beat each of inputs, weights and scales, asked for in this order at 0, 1, 2: on the link at 6, 7, 8.
TEST(Dram, ServesReadsInOrder) {
  in_child([] {
    Rig<false> rig(with_dram(5, 1));
    rig.read(0, Operand::inputs);
    rig.read(1, Operand::weights);
    rig.read(2, Operand::scales);
    run_to(100);
    EXPECT_THAT(rig.link.ticks(Port::dram_read_inputs), ElementsAre(6));
    EXPECT_THAT(rig.link.ticks(Port::dram_read_weights), ElementsAre(7));
    EXPECT_THAT(rig.link.ticks(Port::dram_read_scales), ElementsAre(8));
  });
}

// Nobody takes beats before 20. Two fit into the channel, at 6 and 7. The first leaves it at 20, which DRAM
// sees at 21; from then on a beat leaves and one comes every tick.
TEST(Dram, HoldsBeatsThatNobodyTakes) {
  in_child([] {
    Rig<false> rig(with_dram(5, 1), 20);
    for (int64_t tick = 0; tick < 4; ++tick) rig.read(tick);
    run_to(100);
    EXPECT_EQ(rig.link.ticks(Port::dram_read_weights), (Ticks{6, 7, 21, 22}));
    EXPECT_EQ(rig.reader.ticks(), (Ticks{20, 21, 22, 23}));
  });
}

// A request a tick from 0 on, with a latency of 100. DRAM takes request i at i + 1 up to number 15 and then
// has its 16. Numbers 16 to 19 fill the channel, so number 20 waits. Burst 0 is ready at 101 and leaves in
// that tick; number 16 is taken at 102 (ready at 202), number 20 is pushed at 103, when the channel's place
// shows.
TEST(Dram, HasSixteenBurstsOutstanding) {
  in_child([] {
    Rig<false> rig(with_dram(100, 1));
    for (int64_t tick = 0; tick < 21; ++tick) rig.read(tick);
    run_to(400);
    Ticks link;
    for (int64_t i = 0; i < 16; ++i) link.push_back(101 + i);
    for (int64_t i = 0; i < 5; ++i) link.push_back(202 + i);
    EXPECT_EQ(rig.link.ticks(Port::dram_read_weights), link);
    ASSERT_EQ(rig.requester.ticks().size(), 21u);
    EXPECT_EQ(rig.requester.ticks()[19], 19);
    EXPECT_EQ(rig.requester.ticks()[20], 103);
  });
}

// Bursts of two beats, pushed at 0 and 10: the second waits in the channel at 11, where the burst begins.
TEST(Dram, AWriteBurstBeginsOnceAllOfItWaits) {
  in_child([] {
    Rig<false> rig(with_dram(5, 2));
    rig.write(0);
    rig.write(10);
    run_to(100);
    EXPECT_EQ(rig.link.ticks(Port::dram_write_outputs), (Ticks{11, 12}));
    EXPECT_EQ(rig.dram.written_beats(), 2);
    EXPECT_EQ(rig.dram.last_write_tick(), 12);
  });
}

// Bursts of two beats. A beat to write is pushed every tick from 0 to 7: the first two wait at 2, the next
// two at 4, the others at 6 and 8. Four reads are ready at 6, 7, 8 and 9. At 6 both wait: a read goes, since
// no read has gone before; then a write, a read, the last write, and the reads that are left.
TEST(Dram, ReadAndWriteBurstsTakeTurns) {
  in_child([] {
    Rig<false> rig(with_dram(5, 2));
    for (int64_t tick = 0; tick < 8; ++tick) rig.write(tick);
    for (int64_t tick = 0; tick < 4; ++tick) rig.read(tick);
    run_to(100);
    EXPECT_EQ(rig.link.ticks(Port::dram_write_outputs), (Ticks{2, 3, 4, 5, 8, 9, 12, 13}));
    EXPECT_EQ(rig.link.ticks(Port::dram_read_weights), (Ticks{6, 7, 10, 11, 14, 15, 16, 17}));
  });
}

// A burst is not interrupted: a read becomes ready at 6, in the middle of a write burst of four beats that
// began when the last of them waited, at 4.
TEST(Dram, ABurstKeepsTheLinkToItsEnd) {
  in_child([] {
    Rig<false> rig(with_dram(5, 4));
    for (int64_t tick = 0; tick < 4; ++tick) rig.write(tick);
    rig.read(0);
    run_to(100);
    EXPECT_EQ(rig.link.ticks(Port::dram_write_outputs), (Ticks{4, 5, 6, 7}));
    EXPECT_EQ(rig.link.ticks(Port::dram_read_weights), (Ticks{8, 9, 10, 11}));
  });
}

// 200 and 60 MHz: ticks of 600 MHz, a core edge every 3, one of the link every 10. A latency of 2 cycles is
// 20 ticks. Requests are pushed at the core's edges 3, 27 and 30. The link's next edges are 10, 30 and, since
// what is pushed at an edge shows only behind it, 40. So the beats are on the link at 30, 50 and 60, and the
// core takes them at its next edges behind these: 33, 51 and 63.
TEST(Dram, HasAClockOfItsOwn) {
  in_child([] {
    AcceleratorConfig config = with_dram(2, 1);
    config.clocks = {200'000'000, 60'000'000};
    Rig<false> rig(config);
    for (const int64_t tick : {3, 27, 30}) rig.read(tick);
    run_to(200);
    EXPECT_EQ(rig.link.ticks(Port::dram_read_weights), (Ticks{30, 50, 60}));
    EXPECT_EQ(rig.reader.ticks(), (Ticks{33, 51, 63}));
  });
}

// A link of 128 bits and bursts of 256: bits 256 to 455 of the weights are words 4 to 6 and the low 8 bits
// of word 7, behind which the burst is empty; then the scales from word 0 on.
TEST(Dram, BeatsCarryTheBitsThatWereAskedFor) {
  in_child([] {
    AcceleratorConfig config = with_dram(5, 4);
    config.dram.link_bits = 128;
    CountingImage image;
    Rig<true> rig(config, 0, &image);
    ReadRequest weights;
    weights.pass = 1;
    weights.offset = 256;
    weights.bits = 200;
    rig.requester.push(0, weights);
    ReadRequest scales = weights;
    scales.operand = Operand::scales;
    scales.offset = 0;
    scales.bits = 64;
    rig.requester.push(1, scales);
    run_to(100);
    std::vector<uint64_t> words;
    for (const Beat<true>& beat : rig.reader.items())
      words.insert(words.end(), beat.payload.words.begin(), beat.payload.words.begin() + 2);
    EXPECT_THAT(words, ElementsAre(4, 5, 6, 7, 1000, 0, 0, 0));
  });
}

// The weights of a pass have 512 bits here.
TEST(Dram, ReadingBehindAnOperandIsAFault) {
  in_child([] {
    CountingImage image;
    Rig<true> rig(with_dram(5, 1), 0, &image);
    ReadRequest request;
    request.offset = 480;
    request.bits = 64;
    rig.requester.push(0, request);
    try {
      run_to(100);
      ADD_FAILURE() << "no error";
    } catch (const std::exception& error) {
      EXPECT_THAT(error.what(), HasSubstr("DRAM read of pass 0 ends at bit 544 of an operand of 512"));
    }
  });
}

}  // namespace
}  // namespace eyeshift::testing
