#include "models/machine/wires/tick_scheduler.h"

#include <gmock/gmock.h>

#include "tests/models/machine/bench.h"
#include "tests/models/machine/mocks.h"
#include "tests/support/child.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TimeBase kEyeriss{600'000'000, 3,
                            10};  // 200 and 60 MHz: a core edge every 3 ticks, a link's every 10

struct Rig {
  // `at_tick` is called at every tick and may ask for edges.
  explicit Rig(const std::function<void(TickScheduler&, int64_t)>& at_tick)
      : core("core", scheduler, Domain::core),
        dram("dram", scheduler, Domain::dram),
        script("script", scheduler, 1, [this, at_tick](int64_t tick) { at_tick(scheduler, tick); }) {}

  TickScheduler scheduler{kEyeriss};
  Edges core, dram;
  Script script;
};

// The edge behind 0 is 3, that behind 4 is 6, that behind an edge itself, 9, the next one, 12.
TEST(TickScheduler, ADomainsEdgesAreMultiplesOfItsPeriod) {
  in_child([] {
    Rig rig([](TickScheduler& scheduler, int64_t tick) {
      if (tick == 0 || tick == 4 || tick == 9) scheduler.wake(Domain::core);
      if (tick == 9) scheduler.wake(Domain::dram);
    });
    run_to(100);
    EXPECT_THAT(rig.core.ticks(), ElementsAre(3, 6, 12));
    EXPECT_THAT(rig.dram.ticks(), ElementsAre(10));
  });
}

TEST(TickScheduler, NoEdgeComesThatNobodyAskedFor) {
  in_child([] {
    Rig rig([](TickScheduler&, int64_t) {});
    run_to(100);
    EXPECT_THAT(rig.core.ticks(), IsEmpty());
    EXPECT_THAT(rig.dram.ticks(), IsEmpty());
  });
}

// Behind 10, the core's edges are 12, 15, 18, 21: the fourth.
TEST(TickScheduler, CyclesAheadCountFromTheNextEdgeAsOne) {
  in_child([] {
    Rig rig([](TickScheduler& scheduler, int64_t tick) {
      if (tick == 10) scheduler.wake_in(Domain::core, 4);
    });
    run_to(100);
    EXPECT_THAT(rig.core.ticks(), ElementsAre(21));
  });
}

// Asked for together at 0: the second edge, 6, not the fifth. Asked for later, an earlier edge goes before a
// pending one (36 before 60), a later one does not put it off.
TEST(TickScheduler, TheEarliestEdgeThatIsAskedForComes) {
  in_child([] {
    Rig rig([](TickScheduler& scheduler, int64_t tick) {
      if (tick == 0) {
        scheduler.wake_in(Domain::core, 5);
        scheduler.wake_in(Domain::core, 2);
      }
      if (tick == 30) scheduler.wake_in(Domain::core, 10);
      if (tick == 31) scheduler.wake_in(Domain::core, 2);
      if (tick == 32) scheduler.wake_in(Domain::core, 20);
    });
    run_to(200);
    EXPECT_THAT(rig.core.ticks(), ElementsAre(6, 36));
  });
}

// At 10, 7 ticks are skipped, so it is 17. The next edge is 18, a tick later.
TEST(TickScheduler, SkippedTimeHasPassed) {
  in_child([] {
    int64_t now = 0, cycle = 0;
    Rig rig([&](TickScheduler& scheduler, int64_t tick) {
      if (tick != 10) return;
      scheduler.skip(7);
      now = scheduler.now();
      cycle = scheduler.cycle();
      scheduler.wake(Domain::core);
    });
    run_to(100);
    EXPECT_EQ(now, 17);
    EXPECT_EQ(cycle, 17 / 3);
    EXPECT_THAT(rig.core.ticks(), ElementsAre(18));
  });
}

// At 2 the core's edge 9 is pending, 7 ticks ahead, asked for after 15 and before it. A machine that takes
// this state at 32 has its edge 7 ticks later, at 39, and none at 36, for which it was waiting.
TEST(TickScheduler, ItsStateIsThePendingEdgesAhead) {
  in_child([] {
    Rig rig([](TickScheduler& scheduler, int64_t tick) {
      if (tick == 0) scheduler.wake_in(Domain::core, 5);
      if (tick == 1) scheduler.wake_in(Domain::core, 3);
      if (tick == 30) scheduler.wake_in(Domain::core, 2);
    });
    run_to(2);
    const std::string early = saved(rig.scheduler);
    run_to(32);
    restore(rig.scheduler, early);
    run_to(100);
    EXPECT_THAT(rig.core.ticks(), ElementsAre(9, 39));
  });
}

// At 5 both clocks are in other phases than at 6.
TEST(TickScheduler, ItsStateHasThePhasesOfBothClocks) {
  in_child([] {
    Rig rig([](TickScheduler&, int64_t) {});
    run_to(5);
    const std::string at_5 = saved(rig.scheduler);
    run_to(6);
    EXPECT_NE(saved(rig.scheduler), at_5);
    run_to(35);
    EXPECT_EQ(saved(rig.scheduler), at_5);
  });
}

TEST(TickScheduler, TellsTheObserverWhatMovesAndHowLong) {
  class Log : public Observer {
   public:
    void moved(Port port, int64_t tick, int64_t ticks) override { seen.emplace_back(port, tick, ticks); }
    std::vector<std::tuple<Port, int64_t, int64_t>> seen;
  };
  in_child([] {
    Log log;
    Rig rig([](TickScheduler& scheduler, int64_t tick) {
      if (tick == 12) scheduler.moved(Port::input_noc);
      if (tick == 20) scheduler.moved(Port::dram_write_outputs);
    });
    rig.scheduler.observe(&log);
    run_to(100);
    EXPECT_THAT(log.seen, ElementsAre(std::tuple(Port::input_noc, int64_t{12}, int64_t{3}),
                                      std::tuple(Port::dram_write_outputs, int64_t{20}, int64_t{10})));
  });
}

}  // namespace
}  // namespace eyeshift::testing
