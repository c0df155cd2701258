#include "models/machine/look/timeline.h"

#include <gtest/gtest.h>

#include <random>

namespace eyeshift {
namespace {

TEST(TimelineTest, NeighbouringCyclesAreOneInterval) {
  Timeline timeline(100);
  for (const int64_t tick : {0, 3, 6, 15, 18}) timeline.moved(Port::filter_noc, tick, 3);
  timeline.moved(Port::dram_read_inputs, 10, 10);
  const auto& filters = timeline.of(Port::filter_noc);
  ASSERT_EQ(filters.size(), 2u);
  EXPECT_EQ(filters[0].begin, 0);
  EXPECT_EQ(filters[0].end, 9);
  EXPECT_EQ(filters[0].busy_cycles, 3);
  EXPECT_EQ(filters[1].begin, 15);
  EXPECT_EQ(filters[1].end, 21);
  EXPECT_EQ(filters[1].busy_cycles, 2);
  ASSERT_EQ(timeline.of(Port::dram_read_inputs).size(), 1u);
  EXPECT_EQ(timeline.of(Port::dram_read_inputs)[0].end, 20);
  EXPECT_TRUE(timeline.of(Port::array).empty());
  EXPECT_EQ(timeline.merged_ticks(), 0);
}

TEST(TimelineTest, StaysBoundedAndLosesNoBusyCycle) {
  constexpr int64_t kMost = 64;
  Timeline timeline(kMost);
  std::mt19937 random(1);
  int64_t moved[2] = {0, 0}, last[2] = {0, 0};
  int64_t tick = 0;
  for (int i = 0; i < 20000; ++i) {
    tick += 3 * static_cast<int64_t>(1 + random() % 40);
    const size_t which = random() % 2;
    timeline.moved(which == 0 ? Port::input_noc : Port::psum_out_noc, tick, 3);
    ++moved[which];
    last[which] = tick + 3;
  }
  const std::vector<Timeline::Interval>* const both[] = {&timeline.of(Port::input_noc),
                                                         &timeline.of(Port::psum_out_noc)};
  EXPECT_LE(static_cast<int64_t>(both[0]->size() + both[1]->size()), kMost);
  EXPECT_GT(timeline.merged_ticks(), 0);
  for (size_t which = 0; which < 2; ++which) {
    int64_t busy = 0, end = -1;
    for (const Timeline::Interval& interval : *both[which]) {
      EXPECT_GT(interval.begin, end);
      EXPECT_LE(interval.busy_cycles * 3, interval.end - interval.begin);
      end = interval.end;
      busy += interval.busy_cycles;
    }
    EXPECT_EQ(busy, moved[which]);
    EXPECT_EQ(end, last[which]);
  }
}

}  // namespace
}  // namespace eyeshift
