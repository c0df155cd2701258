#include "models/types/schedule.h"

#include <gmock/gmock.h>

#include <random>

#include "configs/loaders/accelerator_reader.h"
#include "dataflows/dataflow.h"
#include "models/pe/listed_units.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

// A pass whose partial sums lie in `tile`, on outputs from m on.
Pass pass_at(int64_t m, int32_t tile = 0) {
  Pass pass;
  pass.rows = pass.sets = pass.q = pass.q_last = pass.p = pass.p_last = pass.tokens = 1;
  pass.m_begin = m;
  pass.psum_tile = tile;
  return pass;
}

Schedule built(const std::vector<Pass>& passes, int32_t psum_tiles = 1) {
  Schedule schedule;
  schedule.psum_tiles = psum_tiles;
  ScheduleBuilder builder(schedule);
  for (const Pass& pass : passes) builder.add(pass);
  return schedule;
}

std::vector<Pass> all_passes(const Schedule& schedule) {
  std::vector<Pass> passes;
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next()) passes.push_back(cursor.pass());
  return passes;
}

auto place(const Pass& pass) {
  return std::tuple(pass.k_begin, pass.m_begin, pass.token_begin, pass.y_begin, pass.psum_tile);
}

void expect_same(const Pass& a, const Pass& b) {
  EXPECT_EQ(work_key(a), work_key(b));
  EXPECT_EQ(place(a), place(b));
}

TEST(ScheduleBuilderTest, PassesAnEqualStepApartAreOneRun) {
  const Schedule schedule = built({pass_at(0), pass_at(4), pass_at(8), pass_at(9)});
  // Each reads nothing and writes over the one before.
  ASSERT_EQ(schedule.runs.size(), 2u);
  EXPECT_EQ(schedule.runs[0].count, 3);
  EXPECT_EQ(schedule.runs[0].m_step, 4);
  EXPECT_EQ(schedule.runs[1].count, 1);
  EXPECT_EQ(pass_count(schedule), 4);
}

TEST(ScheduleBuilderTest, EveryPlaceMayStep) {
  std::vector<Pass> passes;
  for (int i = 0; i < 5; ++i) {
    Pass pass = pass_at(3 * i, 4 - i);
    pass.k_begin = 7 * i;
    pass.token_begin = 100 - 2 * i;
    pass.y_begin = i;
    passes.push_back(pass);
  }
  const Schedule schedule = built(passes, 5);
  EXPECT_EQ(schedule.runs.size(), 1u);
  const std::vector<Pass> walked = all_passes(schedule);
  ASSERT_EQ(walked.size(), passes.size());
  for (size_t i = 0; i < passes.size(); ++i) expect_same(walked[i], passes[i]);
}

TEST(ScheduleBuilderTest, OtherWorkBeginsARun) {
  Pass wide = pass_at(4);
  wide.p = wide.p_last = 2;
  EXPECT_EQ(built({pass_at(0), wide, pass_at(6)}).runs.size(), 3u);
}

TEST(ScheduleBuilderTest, KeepsTheLongestChainAndTheMostColumns) {
  Pass tall = pass_at(0), broad = pass_at(1);
  tall.rows = 5;
  broad.sets = 3;
  broad.width = 2;
  const Schedule schedule = built({tall, broad});
  EXPECT_EQ(schedule.rows, 5);
  EXPECT_EQ(schedule.cols, 6);
}

TEST(ScheduleBuilderTest, LinksPassesToThoseThatWroteWhatTheyRead) {
  // Two tiles of outputs, three of inputs: the first writes partial sums, the second reads them and ends a
  // group, the third adds the group's total and is done.
  std::vector<Pass> passes;
  for (int k = 0; k < 3; ++k)
    for (int tile = 0; tile < 2; ++tile) {
      Pass pass = pass_at(tile, tile);
      pass.k_begin = k;
      pass.psum_in = k == 1;
      pass.ends_group = k > 0;
      pass.total_in = pass.output = k == 2;
      passes.push_back(pass);
    }
  // And over again, on the tiles in which those outputs lie.
  passes.insert(passes.end(), passes.begin(), passes.begin() + 2);
  const std::vector<Pass> linked = all_passes(built(passes, 2));
  ASSERT_EQ(linked.size(), 8u);
  const auto links = [&](size_t i) {
    return std::tuple(linked[i].psum_back, linked[i].total_back, linked[i].output_back);
  };
  for (const size_t tile : {0, 1}) {
    EXPECT_EQ(links(tile), std::tuple(0, 0, 0));
    EXPECT_EQ(links(2 + tile), std::tuple(2, 0, 0));
    EXPECT_EQ(links(4 + tile), std::tuple(0, 2, 0));
    EXPECT_EQ(links(6 + tile), std::tuple(0, 0, 2));
  }
}

TEST(ScheduleBuilderTest, PassesThatKeepTheirPartialSumsWriteNothing) {
  // The last of three passes writes outputs; the next tile of outputs takes their place in the buffer.
  std::vector<Pass> passes;
  for (int tile = 0; tile < 2; ++tile)
    for (int k = 0; k < 3; ++k) {
      Pass pass = pass_at(tile);
      pass.holds_psums = k > 0;
      pass.keeps_psums = k < 2;
      pass.output = k == 2;
      passes.push_back(pass);
    }
  const std::vector<Pass> linked = all_passes(built(passes));
  for (const size_t i : {0, 1, 2, 3, 4}) EXPECT_EQ(linked[i].output_back, 0) << i;
  EXPECT_EQ(linked[5].output_back, 3);
}

// Schedules as the dataflows make them, with many kinds of passes.
std::vector<Schedule> real_schedules() {
  const AcceleratorConfig accelerator = specialised(
      load_accelerator(project_file("configs/accelerators/eyeriss-168.yaml"), listed_units()), "mac-fp16");
  LayerShape conv{"conv", 4 * 9, 30, 1, {}, 0, 0};
  conv.conv = Convolution{8, 13, 3, 2, 1, 2};
  std::vector<Schedule> schedules;
  for (const LayerShape& shape : {LayerShape{"linear", 210, 130, 1, {}, 0, 0}, conv})
    for (const std::string& name : Registry<Dataflow>::instance().names()) {
      if (shape.conv && name == "input-stationary") continue;
      const Dataflow& dataflow = Registry<Dataflow>::instance().find(name, "dataflow");
      const auto mappings = dataflow.mappings(shape, Encoding{}, 5, accelerator, "mac-fp16");
      for (size_t i = 0; i < mappings.size(); i += mappings.size() / 3 + 1)
        schedules.push_back(
            dataflow.schedule(shape, Encoding{}, 5, accelerator, "mac-fp16", mappings[i].mapping));
    }
  return schedules;
}

TEST(PassCursorTest, SeekingIsWalking) {
  std::mt19937 random(3);
  for (const Schedule& schedule : real_schedules()) {
    const std::vector<Pass> passes = all_passes(schedule);
    ASSERT_EQ(static_cast<int64_t>(passes.size()), pass_count(schedule));
    PassCursor cursor(schedule);
    for (int jump = 0; jump < 200; ++jump) {
      const size_t index = random() % passes.size();
      cursor.seek(static_cast<int64_t>(index));
      ASSERT_EQ(cursor.index(), static_cast<int64_t>(index));
      ASSERT_FALSE(cursor.done());
      expect_same(cursor.pass(), passes[index]);
      cursor.next();
      ASSERT_EQ(cursor.done(), index + 1 == passes.size());
      if (!cursor.done()) expect_same(cursor.pass(), passes[index + 1]);
    }
    cursor.seek(pass_count(schedule));
    EXPECT_TRUE(cursor.done());
    cursor.seek(0);
    expect_same(cursor.pass(), passes.front());
  }
}

TEST(PassCursorTest, AnEmptyScheduleIsDone) { EXPECT_TRUE(PassCursor(Schedule{}).done()); }

// Every weight meets every input once: the passes' shares add up to the layer.
TEST(ScheduleTest, PassesCoverTheLayer) {
  for (const Schedule& schedule : real_schedules()) {
    int64_t pairs = 0;
    for (const Pass& pass : all_passes(schedule))
      pairs += pass.results() * pass.tile_inputs() * pass.set_rows;
    const LayerShape& shape = schedule.shape;
    EXPECT_EQ(pairs, shape.K * shape.M * shape.positions() * schedule.tokens);
  }
}

}  // namespace
}  // namespace eyeshift
