#include "models/machine/fast_forward.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/child_processes.h"
#include "tests/models/machine/bench.h"
#include "tests/models/machine/mocks.h"

namespace eyeshift::testing {
namespace {

using nlohmann::json;

constexpr size_t kNoFastForward = 0, kUnlimited = size_t{1} << 40;

// Passes on a tile of inputs of their own, with so many tokens of 4 inputs and 4 outputs.
Schedule schedule_with(const std::vector<int>& tokens_of_passes) {
  std::vector<Pass> passes;
  int64_t token = 0;
  for (const int tokens : tokens_of_passes) {
    Pass pass = linear_pass(1, 1, 4, 4, tokens);
    pass.loads_inputs = pass.frees_inputs = pass.output = true;
    pass.load_bits = pass.store_bits = pass.results() * 16;
    pass.token_begin = token;
    token += tokens;
    passes.push_back(pass);
  }
  Schedule schedule = schedule_of(passes);
  schedule.tokens = token;
  schedule.input_slot_bits = schedule.psum_tile_bits = 64 * 256;
  return schedule;
}

AcceleratorConfig machine() {
  AcceleratorConfig config = small_machine();
  config.glb.bank_bytes = 4096;
  return config;
}

// What a run comes to, in all that fast-forward must not change.
json totals_of(const Machine<false>& machine, const PassLog& log) {
  json totals = {{"ticks", machine.scheduler.now()},      {"stored", machine.dram.written_beats()},
                 {"beats", machine.glb.written_beats()},  {"blocked", machine.glb.blocked_cycles()},
                 {"exposed", log.exposed_dram_cycles()},  {"last_end", log.last_end()},
                 {"macs", machine.array.counters().macs}, {"busy", machine.array.counters().busy_pe_cycles},
                 {"actions", machine.counts.n},           {"passes", json::array()}};
  for (const PassRunResult& run : log.runs())
    totals["passes"].push_back({run.first_pass, run.passes, run.cycles, run.cycles_least, run.cycles_most});
  return totals;
}

// The machine on this schedule, in a process of its own: "totals"; "evaluated", cycles in which its array
// was; "kept", bytes at the end; "pauses" and "states", how often it paused and the bytes of its state then.
json run(const Schedule& schedule, size_t most_bytes) {
  json result;
  const auto work = [&](size_t) {
    const AcceleratorConfig config = machine();
    Machine<false> machine(config, schedule, nullptr);
    PassLog log(machine.classes, most_bytes != kNoFastForward);
    std::optional<FastForward> forward;
    if (most_bytes != kNoFastForward) forward.emplace(machine, machine.classes, log, most_bytes);
    size_t pauses = 0, states = 0;
    do {
      sc_core::sc_start();
      for (const auto& [pass, cycle] : machine.glb.take_fill_ends()) log.filled(pass, cycle);
      const std::vector<int64_t> ends = machine.array.take_pass_ends();
      for (const int64_t cycle : ends) log.ended(cycle);
      if (!forward || ends.empty() || sc_core::sc_get_status() != sc_core::SC_PAUSED) continue;
      ++pauses;
      states += saved(machine).size();
      forward->advance();
    } while (sc_core::sc_get_status() == sc_core::SC_PAUSED && sc_core::sc_pending_activity());
    return json{{"totals", totals_of(machine, log)},
                {"evaluated", machine.array.evaluated_cycles()},
                {"kept", forward ? forward->kept_bytes() : 0},
                {"pauses", pauses},
                {"states", states}}
        .dump();
  };
  const auto name = [](size_t) { return std::string("the machine"); };
  run_in_children(1, 1, name, work, [&](size_t, const std::string& bytes) { result = json::parse(bytes); });
  return result;
}

// 300 equal passes. After the first few, every pause is in the state of the one before.
TEST(FastForward, SkipsStatesThatItHasSeen) {
  const Schedule schedule = schedule_with(std::vector<int>(300, 2));
  const json full = run(schedule, kNoFastForward), fast = run(schedule, kUnlimited);
  EXPECT_EQ(fast["totals"], full["totals"]);
  EXPECT_EQ(full["totals"]["macs"], 300 * 2 * 4 * 4);
  EXPECT_EQ(full["totals"]["beats"], 300 * 2);
  EXPECT_LT(fast["evaluated"], full["evaluated"].get<int64_t>() / 5);
}

// A pass with 5 tokens among those with 2, twice in the same surroundings.
TEST(FastForward, RunsWhatItHasNotSeenAndSkipsTheSecondTime) {
  std::vector<int> tokens(300, 2);
  tokens[100] = 5;
  const json once = run(schedule_with(tokens), kUnlimited);
  EXPECT_EQ(once["totals"], run(schedule_with(tokens), kNoFastForward)["totals"]);
  tokens[200] = 5;
  const json twice = run(schedule_with(tokens), kUnlimited);
  EXPECT_EQ(twice["totals"], run(schedule_with(tokens), kNoFastForward)["totals"]);
  EXPECT_EQ(twice["pauses"], once["pauses"]);
}

// Passes of three kinds in no order: what follows a state is not always the same.
TEST(FastForward, TellsApartWhatFollowsAState) {
  std::vector<int> tokens;
  for (unsigned i = 0, random = 1; i < 400; ++i, random = random * 1103515245 + 12345)
    tokens.push_back(1 + static_cast<int>(random >> 16) % 3);
  const json full = run(schedule_with(tokens), kNoFastForward), fast = run(schedule_with(tokens), kUnlimited);
  EXPECT_EQ(fast["totals"], full["totals"]);
}

std::vector<int> all_different(int passes) {
  std::vector<int> tokens;
  for (int i = 1; i <= passes; ++i) tokens.push_back(i);
  return tokens;
}

// No two passes alike, so every pause keeps a state and, but for the first, a step. A step has a number of 8
// bytes for every action at least.
TEST(FastForward, CountsTheBytesOfStatesAndOfSteps) {
  const json result = run(schedule_with(all_different(100)), kUnlimited);
  EXPECT_GT(result["pauses"], 90);
  EXPECT_GE(result["kept"].get<size_t>(),
            result["states"].get<size_t>() + (result["pauses"].get<size_t>() - 1) * 8 * kActionCount);
}

// The cap is passed by what one of about a hundred pauses adds, and then nothing more is kept.
TEST(FastForward, KeepsNoMoreThanItMay) {
  const Schedule schedule = schedule_with(all_different(100));
  const size_t unlimited = run(schedule, kUnlimited)["kept"];
  const json capped = run(schedule, unlimited / 2);
  EXPECT_GT(capped["kept"], unlimited / 2);
  EXPECT_LT(capped["kept"], unlimited / 2 + unlimited / 20);
  EXPECT_EQ(capped["totals"], run(schedule, kNoFastForward)["totals"]);
}

// With no room at all it keeps the first state, knows no step, and so skips nothing.
TEST(FastForward, WithoutMemoryEveryCycleIsEvaluated) {
  const Schedule schedule = schedule_with(std::vector<int>(50, 2));
  const json full = run(schedule, kNoFastForward), capped = run(schedule, 1);
  EXPECT_EQ(capped["totals"], full["totals"]);
  EXPECT_EQ(capped["evaluated"], full["evaluated"]);
}

}  // namespace
}  // namespace eyeshift::testing
