#include "models/machine/wires/state_archive.h"

#include <gmock/gmock.h>

#include "tests/models/machine/bench.h"

namespace eyeshift::testing {
namespace {

// Where and when a state is written or read.
struct Now {
  int64_t pass = 0, tick = 0, cycle = 0;
};

template <typename Visit>
std::string written(const Now& now, const Visit& visit) {
  std::string bytes;
  StateArchive archive(bytes, now.pass, now.tick, now.cycle);
  visit(archive);
  return bytes;
}

template <typename Visit>
void read(const std::string& bytes, const Now& now, const Visit& visit) {
  StateArchive archive(bytes, now.pass, now.tick, now.cycle);
  EXPECT_TRUE(archive.reading());
  visit(archive);
}

TEST(StateArchive, BringsBackWhatItWrote) {
  int32_t number = -7;
  bool set = true;
  std::vector<int16_t> fixed = {1, 2, 3}, list = {4, 5};
  const auto visit = [&](StateArchive& archive) {
    archive.value(number);
    archive.flag(set);
    archive.values(fixed);
    archive.items(list, [&](int16_t& item) { archive.value(item); });
  };
  const std::string bytes = written({}, visit);
  // 4 bytes, 1, three times 2, a count of 4 and two times 2.
  EXPECT_EQ(bytes.size(), 4u + 1 + 6 + 4 + 4);
  number = 0;
  set = false;
  fixed = {0, 0, 0};
  list = {9, 9, 9, 9};
  read(bytes, {}, visit);
  EXPECT_EQ(number, -7);
  EXPECT_TRUE(set);
  EXPECT_EQ(fixed, (std::vector<int16_t>{1, 2, 3}));
  EXPECT_EQ(list, (std::vector<int16_t>{4, 5}));
}

// Pass 12 seen from pass 10, tick 90 from 100, cycle 33 from 30 are 2 ahead, 10 ago and 3 ahead; from pass
// 50, tick 1000 and cycle 333 that is pass 52, tick 990 and cycle 336.
TEST(StateArchive, PassesAndTimesAreRelative) {
  int64_t pass = 12, tick = 90, cycle = 33;
  const auto visit = [&](StateArchive& archive) {
    archive.pass(pass);
    archive.tick(tick);
    archive.cycle(cycle);
  };
  const std::string bytes = written({10, 100, 30}, visit);
  read(bytes, {50, 1000, 333}, visit);
  EXPECT_EQ(pass, 52);
  EXPECT_EQ(tick, 990);
  EXPECT_EQ(cycle, 336);
  EXPECT_EQ(written({50, 1000, 333}, visit), bytes);
}

TEST(StateArchive, ACycleThatHasPassedIsAsGoodAsAnyOther) {
  const auto state_of = [](int64_t cycle) {
    return written({0, 0, 30}, [&](StateArchive& archive) { archive.cycle_ahead(cycle); });
  };
  EXPECT_EQ(state_of(29), state_of(3));
  EXPECT_EQ(state_of(29), state_of(30));
  EXPECT_NE(state_of(31), state_of(30));
  int64_t cycle = 0;
  read(state_of(34), {0, 0, 100}, [&](StateArchive& archive) { archive.cycle_ahead(cycle); });
  EXPECT_EQ(cycle, 104);
}

// Cursors at passes 4 and 9, seen from pass 6: passes from 2 before it to 3 behind it are referred to, and so
// the end is at 4.
TEST(StateArchive, CursorsSayWhichPassesAreReferredTo) {
  const Schedule schedule = schedule_of(std::vector<Pass>(20, linear_pass(1, 1, 1, 1)));
  PassCursor early(schedule), late(schedule);
  early.seek(4);
  late.seek(9);
  const auto visit = [&](StateArchive& archive) {
    archive.cursor(early);
    archive.cursor(late);
    EXPECT_EQ(archive.first_pass(), -2);
    EXPECT_EQ(archive.end_pass(), 4);
  };
  const std::string bytes = written({6, 0, 0}, visit);
  read(bytes, {12, 0, 0}, visit);
  EXPECT_EQ(early.index(), 10);
  EXPECT_EQ(late.index(), 15);
}

// Another module's state stands before, and more may follow.
TEST(StateArchive, ReadsFromTheFront) {
  int32_t first = 1, second = 2;
  const std::string bytes = written({}, [&](StateArchive& archive) {
    archive.value(first);
    archive.value(second);
  });
  int32_t a = 0, b = 0;
  read(bytes + "more", {}, [&](StateArchive& archive) {
    archive.value(a);
    archive.value(b);
  });
  EXPECT_EQ(a, 1);
  EXPECT_EQ(b, 2);
}

}  // namespace
}  // namespace eyeshift::testing
