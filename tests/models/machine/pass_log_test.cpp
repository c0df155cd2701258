#include "models/machine/pass_log.h"

#include <gmock/gmock.h>

#include <tuple>

#include "tests/models/machine/bench.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Alike = std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t>;  // first, passes, cycles, least, most

std::vector<Alike> runs(const PassLog& log) {
  std::vector<Alike> all;
  for (const PassRunResult& run : log.runs())
    all.emplace_back(run.first_pass, run.passes, run.cycles, run.cycles_least, run.cycles_most);
  return all;
}

struct Rig {
  explicit Rig(const std::vector<Pass>& passes, bool keeps_recent = false)
      : bench(small_machine(), schedule_of(passes)), classes(bench.plan), log(classes, keeps_recent) {}

  Bench bench;
  PassClasses classes;
  PassLog log;
};

// Ends at 10, 15, 20 and 27: the first took 10 cycles, then two of 5, then one of 7.
TEST(PassLog, JoinsPassesOfOneLengthAndWork) {
  Rig rig(std::vector<Pass>(4, linear_pass(1, 1, 4, 1)));
  for (const int64_t cycle : {10, 15, 20, 27}) rig.log.ended(cycle);
  EXPECT_THAT(runs(rig.log),
              ElementsAre(Alike{0, 1, 10, 10, 10}, Alike{1, 2, 10, 5, 5}, Alike{3, 1, 7, 7, 7}));
  EXPECT_EQ(rig.log.passes(), 4);
  EXPECT_EQ(rig.log.last_end(), 27);
}

// Passes of 1 and of 3 tokens take 5 cycles each, and yet are not alike.
TEST(PassLog, DoesNotJoinPassesOfOtherWork) {
  Rig rig({linear_pass(1, 1, 4, 1), linear_pass(1, 1, 4, 1, 3)});
  rig.log.ended(5);
  rig.log.ended(10);
  EXPECT_THAT(runs(rig.log), ElementsAre(Alike{0, 1, 5, 5, 5}, Alike{1, 1, 5, 5, 5}));
}

// The last operands of pass 0 came at 6: it waited 6 of its 10 cycles. Those of pass 1 came at 8, before pass
// 0 ended, so it waited for none. Those of pass 2 came when it ended, at 27: it waited all of its 7 cycles.
TEST(PassLog, CountsTheCyclesInWhichAPassWaitedForDram) {
  Rig rig(std::vector<Pass>(3, linear_pass(1, 1, 4, 1)));
  rig.log.filled(0, 4);
  rig.log.filled(0, 6);
  rig.log.filled(1, 8);
  rig.log.ended(10);
  EXPECT_EQ(rig.log.exposed_dram_cycles(), 6);
  rig.log.ended(20);
  EXPECT_EQ(rig.log.exposed_dram_cycles(), 6);
  rig.log.filled(2, 27);
  rig.log.ended(27);
  EXPECT_EQ(rig.log.exposed_dram_cycles(), 6 + 7);
}

TEST(PassLog, APassThatIsRepeatedCountsLikeOneThatEnded) {
  Rig rig(std::vector<Pass>(3, linear_pass(1, 1, 4, 1)));
  rig.log.ended(5);
  rig.log.repeated({5, 2});
  rig.log.repeated({5, 2});
  EXPECT_THAT(runs(rig.log), ElementsAre(Alike{0, 3, 15, 5, 5}));
  EXPECT_EQ(rig.log.exposed_dram_cycles(), 4);
  EXPECT_EQ(rig.log.last_end(), 15);
}

TEST(PassLog, HandsOutWhatEndedSinceTheLastCall) {
  Rig rig(std::vector<Pass>(3, linear_pass(1, 1, 4, 1)), true);
  rig.log.ended(5);
  rig.log.ended(12);
  const std::vector<PassLog::Entry> recent = rig.log.take_recent();
  ASSERT_EQ(recent.size(), 2u);
  EXPECT_EQ(recent[0].cycles, 5);
  EXPECT_EQ(recent[1].cycles, 7);
  EXPECT_THAT(rig.log.take_recent(), IsEmpty());
  rig.log.repeated({7, 0});
  EXPECT_THAT(rig.log.take_recent(), IsEmpty());
}

// 40 tokens of 4 inputs and 4 outputs keep a PE busy for 640 cycles, and the network of inputs for 160: the
// PEs are the bound. One token on inputs that take 100 beats waits for DRAM. The longer time decides.
TEST(PassLog, WhatBoundsMostCyclesBoundsTheLayer) {
  Pass by_pes = linear_pass(1, 1, 4, 4, 40), by_link = linear_pass(1, 1, 4, 4);
  by_pes.holds_weights = true;
  by_link.loads_inputs = true;
  by_link.load_bits = 64 * 100;
  Rig rig({by_pes, by_link, by_pes});
  rig.log.ended(100);
  EXPECT_EQ(rig.log.bound_by(), Bound::compute);
  rig.log.ended(250);
  EXPECT_EQ(rig.log.bound_by(), Bound::dram);
  rig.log.ended(310);
  EXPECT_EQ(rig.log.bound_by(), Bound::compute);
}

}  // namespace
}  // namespace eyeshift::testing
