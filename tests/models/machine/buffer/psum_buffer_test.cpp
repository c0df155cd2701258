#include "models/machine/buffer/psum_buffer.h"

#include <gmock/gmock.h>

#include <tuple>

#include "tests/models/machine/bench.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Columns of 4 outputs: two words of two partial sums (32 bits each), or one word of four outputs (16 bits).
Pass pass_of(bool psum_in, bool output, int cols = 1) {
  Pass pass = linear_pass(1, cols, 4, 4);
  pass.psum_in = psum_in;
  pass.output = output;
  return pass;
}

// What moved in a cycle: whether a flit was written; which flit was read, if any; whether a word drained.
struct Seen {
  bool wrote = false, read = false, drained = false;
  bool operator==(const Seen& o) const {
    return std::tie(wrote, read, drained) == std::tie(o.wrote, o.read, o.drained);
  }
};
constexpr Seen kNothing{}, kWrote{true, false, false}, kRead{false, true, false},
    kDrained{false, false, true};

// The psum banks alone. A row of a column has room for two words: column c begins at word 2 c of its tile.
struct Rig {
  explicit Rig(const Schedule& schedule, int banks = 2)
      : bench(small_machine(), with_banks(schedule, banks)) {}

  static Schedule with_banks(Schedule schedule, int banks) {
    schedule.psum_banks = banks;
    return schedule;
  }
  // A cycle in which a flit of a pass's column waits (pass -1: none).
  Seen cycle(int64_t pass, int col, bool out_ready, bool drain_ready,
             const std::vector<double>& values = {}) {
    PsumFlit<true> flit;
    flit.pass = pass;
    flit.col = static_cast<int16_t>(col);
    flit.kind = pass < 0 ? PsumKind::partial : kind_of(pass);
    flit.count = static_cast<int16_t>(!values.empty()                 ? values.size()
                                      : flit.kind == PsumKind::output ? 4
                                                                      : 2);
    std::copy(values.begin(), values.end(), flit.payload.values.begin());
    moved = buffer.tick(now++, pass < 0 ? nullptr : &flit, out_ready, drain_ready);
    return {moved.wrote, moved.read, moved.drained};
  }

  // What the array sends of a pass.
  PsumKind kind_of(int64_t index) const {
    PassCursor cursor(bench.schedule);
    cursor.seek(index);
    const Pass& pass = cursor.pass();
    return pass.output                              ? PsumKind::output
           : bench.plan.finishes && pass.ends_group ? PsumKind::total
                                                    : PsumKind::partial;
  }

  Bench bench;
  PsumBuffer<true> buffer{bench.plan, bench.counts};
  PsumBuffer<true>::Moved moved;
  int64_t now = 0;
};

// Written at 0, an output drains at 1; a pass's first output names the pass, its last one ends it.
TEST(PsumBuffer, AnOutputDrainsACycleAfterItWasWritten) {
  Rig rig(schedule_of({pass_of(false, true)}));
  EXPECT_EQ(rig.cycle(0, 0, true, true, {1, -2, 0.5, 1.5}), kWrote);
  EXPECT_FALSE(rig.buffer.done());
  EXPECT_EQ(rig.cycle(-1, 0, true, true), kDrained);
  EXPECT_EQ(rig.moved.output.bits, 64);
  EXPECT_EQ(rig.moved.output.payload.words[0], 0x3e003800c0003c00u);  // half precision, the first lowest
  ASSERT_NE(rig.moved.begins, nullptr);
  EXPECT_TRUE(rig.moved.begins->output);
  EXPECT_TRUE(rig.moved.output_ends_pass);
  EXPECT_TRUE(rig.buffer.done());
  EXPECT_EQ(rig.bench.counts[Action::glb_shared_write_outputs], 1);
  EXPECT_EQ(rig.bench.counts[Action::glb_shared_read_outputs], 1);
  EXPECT_EQ(rig.bench.counts[Action::noc_psum_out_deliver_outputs], 4);
}

TEST(PsumBuffer, HoldsOutputsThatNobodyTakes) {
  Rig rig(schedule_of({pass_of(false, true, 2)}));
  EXPECT_EQ(rig.cycle(0, 0, false, false), kWrote);
  EXPECT_EQ(rig.cycle(0, 1, false, false), kWrote);
  EXPECT_EQ(rig.cycle(-1, 0, false, false), kNothing);
  EXPECT_EQ(rig.cycle(-1, 0, false, true), kDrained);
  EXPECT_FALSE(rig.moved.output_ends_pass);
  EXPECT_EQ(rig.cycle(-1, 0, false, true), kDrained);
  EXPECT_TRUE(rig.moved.output_ends_pass);
  EXPECT_EQ(rig.moved.begins, nullptr);
}

// Two columns, words 0 and 2, in one bank. At 0 the drain wants the word that is being written: it loses, and
// goes first in the next conflict, at 1, against the write of column 1. That goes at 2, the last drain at 3.
TEST(PsumBuffer, TheLoserOfABankGoesFirstInTheNextConflict) {
  Rig rig(schedule_of({pass_of(false, true, 2)}));
  EXPECT_EQ(rig.cycle(0, 0, false, true), kWrote);
  EXPECT_EQ(rig.cycle(0, 1, false, true), kDrained);
  EXPECT_EQ(rig.cycle(0, 1, false, true), kWrote);
  EXPECT_EQ(rig.cycle(-1, 0, false, true), kDrained);
}

// At 0 the drain loses again; DRAM takes nothing at 1. The drain goes first at 2 all the same.
TEST(PsumBuffer, TheLoserGoesFirstHoweverMuchLaterTheNextConflictIs) {
  Rig rig(schedule_of({pass_of(false, true, 2)}));
  EXPECT_EQ(rig.cycle(0, 0, false, true), kWrote);
  EXPECT_EQ(rig.cycle(-1, 0, false, false), kNothing);
  EXPECT_EQ(rig.cycle(0, 1, false, true), kDrained);
}

// The same two columns in three banks: words 0 and 2 do not conflict.
TEST(PsumBuffer, WordsOfDifferentBanksDoNotConflict) {
  Rig rig(schedule_of({pass_of(false, true, 2)}), 3);
  EXPECT_EQ(rig.cycle(0, 0, false, true), kWrote);
  EXPECT_EQ(rig.cycle(0, 1, false, true), (Seen{true, false, true}));
  EXPECT_EQ(rig.cycle(-1, 0, false, true), kDrained);
}

// Pass 1 takes the partial sums of pass 0, a word a cycle behind its write; the words lie in two banks.
TEST(PsumBuffer, PartialSumsGoBackToTheArrayACycleAfterTheyCame) {
  Rig rig(schedule_of({pass_of(false, false), pass_of(true, true)}));
  EXPECT_EQ(rig.cycle(0, 0, true, true, {1, 2}), kWrote);
  EXPECT_EQ(rig.cycle(0, 0, true, true, {3, 4}), (Seen{true, true, false}));
  EXPECT_EQ(rig.moved.flit.pass, 1);
  EXPECT_EQ(rig.moved.flit.kind, PsumKind::partial);
  EXPECT_EQ(rig.moved.flit.count, 2);
  EXPECT_EQ(rig.moved.flit.payload.values[1], 2);
  EXPECT_EQ(rig.cycle(-1, 0, true, true), kRead);
  EXPECT_EQ(rig.moved.flit.payload.values[0], 3);
  EXPECT_EQ(rig.cycle(-1, 0, true, true), kNothing);
  EXPECT_EQ(rig.bench.counts[Action::glb_shared_write_psums], 2);
  EXPECT_EQ(rig.bench.counts[Action::glb_shared_read_psums], 2);
  EXPECT_EQ(rig.bench.counts[Action::noc_psum_out_deliver_psums], 8);  // four of 32 bits
  EXPECT_EQ(rig.bench.counts[Action::noc_psum_in_deliver_psums], 8);
}

// Three outputs: two partial sums and one.
TEST(PsumBuffer, TheLastFlitOfAColumnMayBeShort) {
  Pass first = pass_of(false, false), second = pass_of(true, true);
  first.p = first.p_last = second.p = second.p_last = 3;
  Rig rig(schedule_of({first, second}));
  rig.cycle(0, 0, false, false);
  rig.cycle(0, 0, false, false, {7});
  EXPECT_EQ(rig.cycle(-1, 0, true, false), kRead);
  EXPECT_EQ(rig.moved.flit.count, 2);
  EXPECT_EQ(rig.cycle(-1, 0, true, false), kRead);
  EXPECT_EQ(rig.moved.flit.count, 1);
}

// Four passes are in flight. Partial sums for pass 5 (from pass 0, tile 0) come when pass 1 has been written:
// of the passes from 2 to 5, none is then further ahead than the array's control knows. Each pass is two
// words.
TEST(PsumBuffer, PartialSumsComeForPassesInFlightOnly) {
  std::vector<Pass> passes;
  for (int tile = 0; tile < 5; ++tile) {
    passes.push_back(pass_of(false, false));
    passes.back().psum_tile = tile;
  }
  passes.push_back(pass_of(true, true));
  Schedule schedule = schedule_of(passes, 5);
  schedule.psum_tile_bits = 128;
  Rig rig(schedule);
  for (const int pass : {0, 0, 1}) EXPECT_EQ(rig.cycle(pass, 0, true, true), kWrote);
  EXPECT_EQ(rig.cycle(-1, 0, true, true), kNothing);
  EXPECT_EQ(rig.cycle(1, 0, true, true).wrote, true);
  EXPECT_EQ(rig.cycle(-1, 0, true, true), kRead);
  EXPECT_EQ(rig.moved.flit.pass, 5);
}

// Both passes write outputs to tile 0. The second one's wait from 1 on; the first one's drain at 10, so that
// they are written at 11.
TEST(PsumBuffer, NewResultsWaitUntilTheOutputsInTheirTileHaveDrained) {
  Rig rig(schedule_of({pass_of(false, true), pass_of(false, true)}));
  EXPECT_EQ(rig.cycle(0, 0, false, false), kWrote);
  while (rig.now < 10) EXPECT_EQ(rig.cycle(1, 0, false, false), kNothing);
  EXPECT_EQ(rig.cycle(1, 0, false, true), kDrained);
  EXPECT_EQ(rig.cycle(1, 0, false, false), kWrote);
  EXPECT_EQ(rig.buffer.blocked_cycles(), 10);
}

// Two tiles: the second pass's outputs need not wait.
TEST(PsumBuffer, ASecondTileTakesResultsWhileTheFirstDrains) {
  std::vector<Pass> passes = {pass_of(false, true), pass_of(false, true)};
  passes[1].psum_tile = 1;
  Schedule schedule = schedule_of(passes, 2);
  schedule.psum_tile_bits = 128;
  Rig rig(schedule);
  EXPECT_EQ(rig.cycle(0, 0, false, false), kWrote);
  EXPECT_EQ(rig.cycle(1, 0, false, false), kWrote);
  EXPECT_EQ(rig.buffer.blocked_cycles(), 0);
}

// Pass 0 keeps its sums in the PEs.
TEST(PsumBuffer, APassThatKeepsItsSumsWritesNothing) {
  Pass keeps = pass_of(false, false), holds = pass_of(false, true);
  keeps.keeps_psums = holds.holds_psums = true;
  Rig rig(schedule_of({keeps, holds}));
  EXPECT_EQ(rig.cycle(1, 0, true, true), kWrote);
  EXPECT_EQ(rig.cycle(-1, 0, true, true), kDrained);
  EXPECT_TRUE(rig.buffer.done());
}

// Groups of inputs with scales of their own: pass 0 leaves a total, pass 1 partial sums of the next group,
// and pass 2 takes both. A word of totals comes behind the word of partial sums that it is added to.
TEST(PsumBuffer, TotalsComeBehindTheirPartialSums) {
  Pass ends = pass_of(false, false), begins = pass_of(false, false), last = pass_of(true, true);
  ends.ends_group = last.ends_group = last.total_in = true;
  Schedule schedule = schedule_of({ends, begins, last});
  schedule.shape.K = 16;
  schedule.unit = "dequant-mac";
  schedule.encoding.coding = Coding::uniform;
  schedule.encoding.bits = 4;
  schedule.encoding.group_cols = 8;
  schedule.encoding.scale_bits = 16;
  Rig rig(schedule);
  EXPECT_EQ(rig.cycle(0, 0, false, true, {10, 11}), kWrote);
  EXPECT_EQ(rig.cycle(0, 0, false, true, {12, 13}), kWrote);
  EXPECT_EQ(rig.cycle(1, 0, false, true, {1, 2}), kWrote);
  EXPECT_EQ(rig.cycle(1, 0, false, true, {3, 4}), kWrote);
  std::vector<std::pair<PsumKind, double>> flits;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(rig.cycle(-1, 0, true, true), kRead) << i;
    flits.emplace_back(rig.moved.flit.kind, rig.moved.flit.payload.values[0]);
  }
  EXPECT_THAT(flits, ElementsAre(std::pair(PsumKind::partial, 1.0), std::pair(PsumKind::total, 10.0),
                                 std::pair(PsumKind::partial, 3.0), std::pair(PsumKind::total, 12.0)));
}

TEST(PsumBuffer, ResultsOfAnotherPassAreAFault) {
  Rig rig(schedule_of({pass_of(false, false), pass_of(true, true)}));
  try {
    rig.cycle(1, 0, true, true);
    FAIL() << "no error";
  } catch (const InternalError& error) {
    EXPECT_THAT(error.what(), HasSubstr("out of pass order"));
  }
}

// Saved when results of pass 1 have waited for 3 cycles.
TEST(PsumBuffer, ContinuesFromItsState) {
  Rig from(schedule_of({pass_of(false, true), pass_of(false, true)}));
  Rig to(schedule_of({pass_of(false, true), pass_of(false, true)}));
  from.cycle(0, 0, false, false);
  for (int i = 0; i < 3; ++i) from.cycle(1, 0, false, false);
  restore(to.buffer, saved(from.buffer));
  to.now = from.now;
  for (Rig* rig : {&from, &to}) {
    EXPECT_EQ(rig->cycle(1, 0, false, true), kDrained);
    EXPECT_EQ(rig->cycle(1, 0, false, false), kWrote);
    EXPECT_EQ(rig->buffer.blocked_cycles(), 4);
  }
}

}  // namespace
}  // namespace eyeshift::testing
