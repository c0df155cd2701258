#include <gmock/gmock.h>

#include "models/machine/buffer/global_buffer.h"
#include "tests/models/machine/buffer/global_buffer_rig.h"
#include "tests/support/child.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;

// A pass on inputs that are there, with outputs of so many columns of 4.
Pass output_pass(int cols, int tokens = 1) {
  Pass pass = linear_pass(1, cols, 1, 4, tokens);
  pass.output = true;
  pass.store_bits = pass.results() * 16;
  return pass;
}

TEST(GlobalBuffer, OutputsAreOnTheLinkThreeCyclesAfterTheirFlit) {
  in_child([] {
    GlobalBufferRig<false> rig(small_machine(), schedule_of({output_pass(1)}));
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
    GlobalBufferRig<false> rig(with_burst_bytes(32), schedule_of({output_pass(1)}));
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
    GlobalBufferRig<false> rig(small_machine(), schedule_of({pass}));
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
    GlobalBufferRig<false> rig(small_machine(), schedule, {0, 100, 0});
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
    GlobalBufferRig<false> rig(small_machine(), schedule_of({first, second}));
    rig.send_result(10, 0, 0, PsumKind::partial);
    rig.send_result(11, 0, 0, PsumKind::partial);
    run_to(100);
    EXPECT_THAT(rig.psums_in.ticks(), ElementsAre(13, 14));
    EXPECT_THAT(rig.moved.ticks(Port::psum_in_noc), ElementsAre(12, 13));
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
    Pass pass = linear_pass(1, 1, 4, 1);
    pass.loads_inputs = pass.frees_inputs = pass.output = true;
    pass.load_bits = 64;
    pass.store_bits = 16;
    GlobalBufferRig<true> rig(small_machine(), schedule_of({pass}), {}, &image);
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
