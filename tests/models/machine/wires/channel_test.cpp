#include "models/machine/wires/channel.h"

#include <gmock/gmock.h>

#include "tests/models/machine/bench.h"
#include "tests/models/machine/mocks.h"
#include "tests/support/child.h"

namespace eyeshift::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Number {
  int32_t value = 0;
  void visit(StateArchive& archive) { archive.value(value); }
};

// The values 0, 1, 2 ... from a producer through a channel to a consumer.
struct Rig {
  explicit Rig(size_t capacity, int64_t taken_from = 0, const TimeBase& time = {1, 1, 1})
      : scheduler(time),
        channel("channel", scheduler, Domain::core, Domain::dram, capacity),
        producer("producer", scheduler, Domain::core, channel),
        consumer("consumer", scheduler, Domain::dram, channel, taken_from) {}

  void push(const Ticks& ticks) {
    for (const int64_t tick : ticks) producer.push(tick, {next++});
  }
  Ticks taken() const {
    Ticks values;
    for (const Number& number : consumer.items()) values.push_back(number.value);
    return values;
  }

  TickScheduler scheduler;
  Channel<Number> channel;
  Producer<Number> producer;
  Consumer<Number> consumer;
  int32_t next = 0;
};

// Pushed at 4, it shows at 5, whichever of the two is evaluated first.
TEST(Channel, WhatIsPushedShowsACycleLater) {
  in_child([] {
    Rig rig(2);
    rig.push({4});
    run_to(5);
    EXPECT_THAT(rig.consumer.ticks(), IsEmpty());
    run_to(100);
    EXPECT_THAT(rig.consumer.ticks(), ElementsAre(5));
  });
}

TEST(Channel, WhatIsPushedOrPoppedCountsForTheOtherSideAfterwards) {
  in_child([] {
    TickScheduler scheduler(TimeBase{1, 1, 1});
    Channel<Number> channel("channel", scheduler, Domain::core, Domain::core, 2);
    const Script script("script", scheduler, 1, [&](int64_t tick) {
      if (tick == 0) {
        channel.push({7});
        EXPECT_TRUE(channel.empty());
        EXPECT_FALSE(channel.full());
        channel.push({8});
        EXPECT_TRUE(channel.full());  // for the producer at once
        EXPECT_EQ(channel.size(), 0u);
      } else if (tick == 1) {
        EXPECT_EQ(channel.size(), 2u);
        EXPECT_EQ(channel.front().value, 7);
        channel.pop();
        EXPECT_EQ(channel.size(), 1u);
        EXPECT_EQ(channel.front().value, 8);
        EXPECT_TRUE(channel.full());  // the place shows in the next cycle
      } else if (tick == 2) {
        EXPECT_FALSE(channel.full());
        EXPECT_EQ(channel.size(), 1u);
      }
    });
    run_to(3);
  });
}

// Capacity 2: the consumer takes an item a tick behind the producer, for ever.
TEST(Channel, TwoItemsLetOneMoveEveryCycle) {
  in_child([] {
    Rig rig(2);
    rig.push(Ticks(7, 0));
    run_to(100);
    EXPECT_EQ(rig.producer.ticks(), (Ticks{0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(rig.consumer.ticks(), (Ticks{1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(rig.taken(), (Ticks{0, 1, 2, 3, 4, 5, 6}));
  });
}

// Capacity 1: what is pushed at 0 leaves at 1, and its place shows at 2.
TEST(Channel, OneItemMovesEveryOtherCycle) {
  in_child([] {
    Rig rig(1);
    rig.push(Ticks(3, 0));
    run_to(100);
    EXPECT_EQ(rig.producer.ticks(), (Ticks{0, 2, 4}));
    EXPECT_EQ(rig.consumer.ticks(), (Ticks{1, 3, 5}));
  });
}

// Capacity 3, nobody takes before 10: three are pushed at 0, 1 and 2. The first leaves at 10, so the next is
// pushed at 11, and then one a tick.
TEST(Channel, AFullChannelHoldsTheProducerAndLosesNothing) {
  in_child([] {
    Rig rig(3, 10);
    rig.push(Ticks(6, 0));
    run_to(100);
    EXPECT_EQ(rig.producer.ticks(), (Ticks{0, 1, 2, 11, 12, 13}));
    EXPECT_EQ(rig.consumer.ticks(), (Ticks{10, 11, 12, 13, 14, 15}));
    EXPECT_EQ(rig.taken(), (Ticks{0, 1, 2, 3, 4, 5}));
  });
}

// Producer's edges every 3 ticks, consumer's every 10. Pushed at 9, it is taken at 10; pushed at 30, where
// both have an edge, at 40.
TEST(Channel, JoinsTwoClocks) {
  in_child([] {
    Rig rig(2, 0, {600'000'000, 3, 10});
    rig.push({8, 28});
    run_to(100);
    EXPECT_EQ(rig.producer.ticks(), (Ticks{9, 30}));
    EXPECT_EQ(rig.consumer.ticks(), (Ticks{10, 40}));
  });
}

// The producer is of the core's domain, every 3 ticks, the consumer of the link's, every 10. A push at 9 asks
// for the consumer's next edge, 10; a pop at 10 for the producer's, 12.
TEST(Channel, APushWakesTheConsumerAPopTheProducer) {
  in_child([] {
    Rig rig(2, 0, {600'000'000, 3, 10});
    rig.push({9});
    const Edges core("core", rig.scheduler, Domain::core), dram("dram", rig.scheduler, Domain::dram);
    run_to(100);
    EXPECT_THAT(core.ticks(), ElementsAre(12));
    EXPECT_THAT(dram.ticks(), ElementsAre(10));
  });
}

// Five pushed, three taken: in a ring of four, 3 and 4 lie in its last and its first place.
TEST(Channel, ItsStateIsWhatWaits) {
  in_child([] {
    TickScheduler scheduler(TimeBase{1, 1, 1});
    Channel<Number> from("from", scheduler, Domain::core, Domain::core, 4);
    Channel<Number> to("to", scheduler, Domain::core, Domain::core, 4);
    const Script script("script", scheduler, 1, [&](int64_t tick) {
      if (tick < 5) from.push({static_cast<int32_t>(tick)});
      if (tick > 0 && tick < 4) from.pop();
    });
    run_to(10);
    restore(to, saved(from));
    ASSERT_EQ(to.size(), 2u);
    EXPECT_EQ(to.front().value, 3);
    to.pop();
    EXPECT_EQ(to.front().value, 4);
  });
}

}  // namespace
}  // namespace eyeshift::testing
