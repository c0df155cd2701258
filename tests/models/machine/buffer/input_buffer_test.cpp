#include "models/machine/buffer/input_buffer.h"

#include <gmock/gmock.h>

#include "tests/models/machine/bench.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// A pass that loads a tile of inputs, or finds it there; 12 inputs are three words of 64 bits.
Pass pass_of(int inputs, bool loads, bool frees) {
  Pass pass = linear_pass(1, 1, inputs, 1);
  pass.loads_inputs = loads;
  pass.frees_inputs = frees;
  return pass;
}
const Pass kOnATileOfItsOwn = pass_of(12, true, true);

// The input banks alone; words carry a number. Slots are 8 words long and begin in the first of two banks:
// word w of a tile lies in bank w % 2.
struct Rig {
  explicit Rig(const std::vector<Pass>& passes, int slots = 2)
      : bench(small_machine(), with_slots(passes, slots)) {}

  static Schedule with_slots(const std::vector<Pass>& passes, int slots) {
    Schedule schedule = schedule_of(passes);
    schedule.input_slots = slots;
    return schedule;
  }
  // A cycle in which a word waits, the last of its tile or not, and the network may take one: whether it was
  // written, which one was read (-1: none).
  std::pair<bool, int> cycle(bool in, bool ends, bool out_ready) {
    StreamWord<true> word;
    word.bits = 64;
    word.payload.words[0] = next;
    const auto moved = buffer.tick(now++, in ? &word : nullptr, ends, out_ready);
    if (moved.wrote) ++next;
    if (moved.read) bits.push_back(moved.word.bits);
    return {moved.wrote, moved.read ? static_cast<int>(moved.word.payload.words[0]) : -1};
  }
  // Fills a tile of so many words while nobody reads.
  void fill(int words) {
    ASSERT_TRUE(buffer.reserve());
    for (int i = 0; i < words; ++i) ASSERT_THAT(cycle(true, i == words - 1, false), Pair(true, -1));
  }
  int read() { return cycle(false, false, true).second; }

  Bench bench;
  InputBuffer<true> buffer{bench.plan, bench.counts};
  uint64_t next = 0;
  int64_t now = 0;
  std::vector<int> bits;  // of the words that were read
};

// The last of three words is written at 2, so the first is read at 3.
TEST(InputBuffer, ATileIsReadWhenAllOfItHasCome) {
  Rig rig({kOnATileOfItsOwn});
  ASSERT_TRUE(rig.buffer.reserve());
  EXPECT_THAT(rig.cycle(true, false, true), Pair(true, -1));
  EXPECT_THAT(rig.cycle(true, false, true), Pair(true, -1));
  EXPECT_THAT(rig.cycle(true, true, true), Pair(true, -1));
  for (int word = 0; word < 3; ++word) EXPECT_EQ(rig.read(), word);
  EXPECT_TRUE(rig.buffer.done());
  EXPECT_EQ(rig.bench.counts[Action::glb_shared_write_inputs], 3);
  EXPECT_EQ(rig.bench.counts[Action::glb_shared_read_inputs], 3);
}

TEST(InputBuffer, HoldsWordsThatTheNetworkDoesNotTake) {
  Rig rig({kOnATileOfItsOwn});
  rig.fill(3);
  EXPECT_EQ(rig.read(), 0);
  EXPECT_THAT(rig.cycle(false, false, false), Pair(false, -1));
  EXPECT_EQ(rig.read(), 1);
  EXPECT_EQ(rig.read(), 2);
}

// Tile 1 comes while tile 0 is read. At 3 both want bank 0, word 0 of their tiles: the write goes, the read
// goes first at 4, and from then on the write is a word ahead, in the other bank.
TEST(InputBuffer, OneSlotIsFilledWhileTheOtherIsRead) {
  Rig rig({kOnATileOfItsOwn, kOnATileOfItsOwn});
  rig.fill(3);
  ASSERT_TRUE(rig.buffer.reserve());
  EXPECT_THAT(rig.cycle(true, false, true), Pair(true, -1));
  EXPECT_THAT(rig.cycle(true, false, true), Pair(true, 0));
  EXPECT_THAT(rig.cycle(true, true, true), Pair(true, 1));
  for (int word = 2; word < 6; ++word) EXPECT_EQ(rig.read(), word);
}

TEST(InputBuffer, OneOfTwoSlotsIsFreeWhenItsLastWordHasBeenRead) {
  Rig rig({kOnATileOfItsOwn, kOnATileOfItsOwn, kOnATileOfItsOwn});
  rig.fill(3);
  rig.fill(3);
  for (int word = 0; word < 3; ++word) {
    EXPECT_FALSE(rig.buffer.reserve()) << word;
    EXPECT_EQ(rig.read(), word);
  }
  EXPECT_TRUE(rig.buffer.reserve());
  EXPECT_FALSE(rig.buffer.reserve());
}

// A single slot waits for the end of the pass that read it for the last time, here the second.
TEST(InputBuffer, ASingleSlotIsFreeWhenItsLastPassHasEnded) {
  Rig rig({pass_of(12, true, false), pass_of(12, false, true), kOnATileOfItsOwn}, 1);
  rig.fill(3);
  for (int word = 0; word < 3; ++word) EXPECT_EQ(rig.read(), word);
  rig.buffer.pass_ended();
  EXPECT_FALSE(rig.buffer.reserve());
  for (int word = 0; word < 3; ++word) EXPECT_EQ(rig.read(), word);
  EXPECT_FALSE(rig.buffer.reserve());
  rig.buffer.pass_ended();
  EXPECT_TRUE(rig.buffer.reserve());
}

// The same where the network has all of the second pass before the first one has ended.
TEST(InputBuffer, ASingleSlotWaitsForTheRightPassToEnd) {
  Rig rig({pass_of(12, true, false), pass_of(12, false, true), kOnATileOfItsOwn}, 1);
  rig.fill(3);
  for (int word = 0; word < 6; ++word) EXPECT_EQ(rig.read(), word % 3);
  rig.buffer.pass_ended();
  EXPECT_FALSE(rig.buffer.reserve());
  rig.buffer.pass_ended();
  EXPECT_TRUE(rig.buffer.reserve());
}

// Two passes on tile 0, one on tile 1.
TEST(InputBuffer, EveryPassReadsItsTileFromEndToEnd) {
  Rig rig({pass_of(12, true, false), pass_of(12, false, true), kOnATileOfItsOwn});
  rig.fill(3);
  rig.fill(3);
  std::vector<int> words;
  for (int i = 0; i < 9; ++i) words.push_back(rig.read());
  EXPECT_THAT(words, ElementsAre(0, 1, 2, 0, 1, 2, 3, 4, 5));
}

// 10 inputs of 16 bits are 64, 64 and 32.
TEST(InputBuffer, TheLastWordOfATileMayBeShort) {
  Rig rig({pass_of(10, true, true)});
  rig.fill(3);
  for (int i = 0; i < 3; ++i) rig.read();
  EXPECT_THAT(rig.bits, ElementsAre(64, 64, 32));
}

// Pass 1 works on inputs that the PEs hold: it is over when what fills the global buffer has come past it.
TEST(InputBuffer, APassWithoutInputsIsSkippedOnceAllIsRequestedUpToIt) {
  Pass holds = pass_of(12, false, false);
  holds.holds_inputs = true;
  Rig rig({kOnATileOfItsOwn, holds, kOnATileOfItsOwn});
  rig.fill(3);
  rig.fill(3);
  rig.buffer.skip_empty_passes(9);
  EXPECT_EQ(rig.buffer.pass(), 0);
  for (int i = 0; i < 3; ++i) rig.read();
  rig.buffer.skip_empty_passes(1);
  EXPECT_EQ(rig.buffer.pass(), 1);
  EXPECT_EQ(rig.read(), -1);
  rig.buffer.skip_empty_passes(2);
  EXPECT_EQ(rig.buffer.pass(), 2);
  EXPECT_EQ(rig.read(), 3);
}

// Saved when tile 0 has been read up to word 1 and tile 1 has got its first word.
TEST(InputBuffer, ContinuesFromItsState) {
  const std::vector<Pass> passes = {kOnATileOfItsOwn, kOnATileOfItsOwn, kOnATileOfItsOwn};
  const Bench bench(small_machine(), schedule_of(passes));
  ActionCounts counts;
  InputBuffer<false> from(bench.plan, counts), to(bench.plan, counts);
  const StreamWord<false> word{64, {}};
  ASSERT_TRUE(from.reserve() && from.reserve());
  for (int64_t cycle = 0; cycle < 3; ++cycle) from.tick(cycle, &word, cycle == 2, false);
  from.tick(3, nullptr, false, true);
  from.tick(4, &word, false, false);
  const std::string state = saved(from);
  restore(to, state);
  EXPECT_EQ(saved(to), state);
  for (InputBuffer<false>* buffer : {&from, &to}) {
    EXPECT_FALSE(buffer->reserve());
    EXPECT_TRUE(buffer->tick(5, nullptr, false, true).read);
    EXPECT_FALSE(buffer->reserve());
    EXPECT_TRUE(buffer->tick(6, nullptr, false, true).read);
    EXPECT_TRUE(buffer->reserve());
    EXPECT_FALSE(buffer->tick(7, nullptr, false, true).read);  // tile 1 has one of three words
  }
}

}  // namespace
}  // namespace eyeshift::testing
