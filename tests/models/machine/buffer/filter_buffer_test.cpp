#include "models/machine/buffer/filter_buffer.h"

#include <gmock/gmock.h>

#include "tests/models/machine/bench.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// The filter banks alone; words carry a number. The small machine has two banks of 8 words each, word w in
// bank w % 2.
struct Rig {
  explicit Rig(int banks = 2) : bench(with_banks(banks), schedule_of({linear_pass(1, 1, 4, 1)})) {}

  static AcceleratorConfig with_banks(int banks) {
    AcceleratorConfig config = small_machine();
    config.glb.filter_banks = banks;
    return config;
  }
  // A cycle in which a word waits and the network may take one: whether it was written, which one was read
  // (-1: none).
  std::pair<bool, int> cycle(bool in, bool out_ready, Operand operand = Operand::weights) {
    StreamWord<true> word;
    word.bits = 64;
    word.payload.words[0] = next;
    const auto moved = buffer.tick(now++, in ? &word : nullptr, operand, out_ready);
    if (moved.wrote) ++next;
    return {moved.wrote, moved.read ? static_cast<int>(moved.word.payload.words[0]) : -1};
  }

  Bench bench;
  FilterBuffer<true> buffer{bench.plan, bench.counts};
  uint64_t next = 0;
  int64_t now = 0;
};

TEST(FilterBuffer, AWordIsReadACycleAfterItWasWritten) {
  Rig rig;
  EXPECT_THAT(rig.cycle(true, true), Pair(true, -1));
  EXPECT_THAT(rig.cycle(false, true), Pair(false, 0));
  EXPECT_THAT(rig.cycle(false, true), Pair(false, -1));
}

TEST(FilterBuffer, HoldsWordsThatTheNetworkDoesNotTake) {
  Rig rig;
  for (int i = 0; i < 4; ++i) EXPECT_THAT(rig.cycle(true, false), Pair(true, -1));
  for (int i = 0; i < 4; ++i) EXPECT_THAT(rig.cycle(false, true), Pair(false, i));
}

// At 2, word 2 is to be written and word 0 to be read, both in bank 0: the write goes, the read goes first
// at 3. From then on they are in different banks.
TEST(FilterBuffer, TheLoserOfABankGoesFirstInTheNextCycle) {
  Rig rig;
  rig.cycle(true, false);
  rig.cycle(true, false);
  EXPECT_THAT(rig.cycle(true, true), Pair(true, -1));
  EXPECT_THAT(rig.cycle(true, true), Pair(true, 0));
  EXPECT_THAT(rig.cycle(true, true), Pair(true, 1));
}

// In one bank every two accesses conflict: they take turns, the write first. At 0 there is nothing to read,
// so the network loses no conflict.
TEST(FilterBuffer, OneBankServesReadsAndWritesInTurn) {
  Rig rig(1);
  rig.cycle(true, true);
  EXPECT_THAT(rig.cycle(true, true), Pair(true, -1));
  EXPECT_THAT(rig.cycle(true, true), Pair(false, 0));
  EXPECT_THAT(rig.cycle(true, true), Pair(true, -1));
  EXPECT_THAT(rig.cycle(true, true), Pair(false, 1));
}

// 16 words in two banks. What is refused takes no room.
TEST(FilterBuffer, RoomIsReservedAndComesBackWithEveryWordThatIsRead) {
  Rig rig;
  EXPECT_TRUE(rig.buffer.reserve(10));
  EXPECT_FALSE(rig.buffer.reserve(7));
  EXPECT_TRUE(rig.buffer.reserve(6));
  EXPECT_FALSE(rig.buffer.reserve(1));
  rig.cycle(true, false);
  EXPECT_FALSE(rig.buffer.reserve(1));
  rig.cycle(false, true);
  EXPECT_TRUE(rig.buffer.reserve(1));
  EXPECT_FALSE(rig.buffer.reserve(1));
}

// 50 words through room for 16, in order.
TEST(FilterBuffer, GoesRoundItsBanks) {
  Rig rig;
  int read = 0;
  while (read < 50) {
    const bool room = rig.next < 50 && rig.buffer.words_in() - rig.buffer.words_out() < 16;
    const auto [wrote, word] = rig.cycle(room, rig.now % 3 != 0);
    if (word < 0) continue;
    EXPECT_EQ(word, read++);
  }
  EXPECT_EQ(rig.buffer.words_in(), 50);
  EXPECT_EQ(rig.buffer.words_out(), 50);
}

TEST(FilterBuffer, CountsAccessesByOperand) {
  Rig rig;
  rig.cycle(true, false, Operand::weights);
  rig.cycle(true, false, Operand::scales);
  rig.cycle(true, false, Operand::scales);
  for (int i = 0; i < 3; ++i) rig.cycle(false, true);
  EXPECT_EQ(rig.bench.counts[Action::glb_filter_write_weights], 1);
  EXPECT_EQ(rig.bench.counts[Action::glb_filter_write_scales], 2);
  EXPECT_EQ(rig.bench.counts[Action::glb_filter_read_weights], 1);
  EXPECT_EQ(rig.bench.counts[Action::glb_filter_read_scales], 2);
}

// Full words, then a short one, of two operands.
TEST(FilterBuffer, ContinuesFromItsState) {
  const Bench bench(small_machine(), schedule_of({linear_pass(1, 1, 4, 1)}));
  ActionCounts counts;
  FilterBuffer<false> from(bench.plan, counts), to(bench.plan, counts);
  const std::vector<std::pair<int32_t, Operand>> words = {
      {64, Operand::weights}, {64, Operand::weights}, {32, Operand::weights}, {16, Operand::scales}};
  ASSERT_TRUE(from.reserve(4));
  int64_t cycle = 0;
  for (const auto& [bits, operand] : words) {
    const StreamWord<false> word{bits, {}};
    from.tick(cycle++, &word, operand, false);
  }
  restore(to, saved(from));
  std::vector<int32_t> bits;
  for (; cycle < 8; ++cycle) {
    const auto moved = to.tick(cycle, nullptr, Operand::weights, true);
    ASSERT_TRUE(moved.read);
    bits.push_back(moved.word.bits);
  }
  EXPECT_THAT(bits, ElementsAre(64, 64, 32, 16));
  EXPECT_EQ(counts[Action::glb_filter_read_scales], 1);
  EXPECT_TRUE(to.reserve(16));  // all of the four words' room is back
  EXPECT_FALSE(to.reserve(1));
}

}  // namespace
}  // namespace eyeshift::testing
