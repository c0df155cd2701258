#include "models/machine/array/pe_calendar.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace eyeshift {
namespace {

// Against a map, while time goes on and the reach grows with PEs waiting.
TEST(PeCalendar, VisitsEveryPeAtItsCycleInOrder) {
  constexpr size_t kPes = 150;
  std::mt19937 random(1);
  PeCalendar calendar(kPes);
  std::map<int64_t, std::set<size_t>> expected;
  int64_t reach = 1;
  calendar.reach(0, reach);
  for (int64_t cycle = 0; cycle < 2000; ++cycle) {
    std::vector<size_t> visited;
    calendar.take(cycle, [&](size_t pe) { visited.push_back(pe); });
    const std::set<size_t> due = std::exchange(expected[cycle], {});
    ASSERT_EQ(visited, std::vector<size_t>(due.begin(), due.end())) << cycle;
    if (cycle % 100 == 0) calendar.reach(cycle, reach = 1 + cycle / 10);
    for (int added = 0; added < 5; ++added) {
      const size_t pe = random() % kPes;
      const int64_t at = cycle + 1 + static_cast<int64_t>(random() % static_cast<uint64_t>(reach));
      expected[at].insert(pe);
      calendar.add(pe, at);
    }
  }
}

TEST(PeCalendar, ForgetsAllWhenCleared) {
  PeCalendar calendar(3);
  calendar.reach(10, 4);
  calendar.add(2, 12);
  calendar.clear();
  for (int64_t cycle = 10; cycle < 20; ++cycle)
    calendar.take(cycle, [](size_t pe) { FAIL() << "PE " << pe; });
}

}  // namespace
}  // namespace eyeshift
