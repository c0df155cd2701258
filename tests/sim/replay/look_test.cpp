#include "sim/replay/look.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "sim/replay/waveform_file.h"
#include "tests/support/run_eyeshift.h"
#include "tests/support/vcd.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

constexpr char kNetwork[] =
    "name: two\nlayers:\n"
    "  - {name: fc1, type: linear, K: 96, M: 84}\n"
    "  - {name: fc2, type: linear, K: 84, M: 96}\n";
constexpr double kCore_ps = 5000, kLink_ps = 1e12 / 60e6;  // eyeriss-168: 200 and 60 MHz
constexpr int kLinkBytes = 8;

class LookAt : public testing::Test {
 protected:
  LookAt() { folder_.write("two.yaml", kNetwork); }

  Outcome simulate(const std::vector<std::string>& more, const std::string& report = "r.json") {
    std::vector<std::string> arguments = {"simulate",      "--force",
                                          "--accelerator", "eyeriss-168",
                                          "--network",     folder_ / "two.yaml",
                                          "--scheme",      "gptq",
                                          "--bits",        "3",
                                          "--unit",        "dequant-mac",
                                          "--tokens",      "6",
                                          "--output",      folder_ / report};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_eyeshift(arguments);
  }

  Json layer(const std::string& report = "r.json") { return json_of(folder_ / report)["layers"][0]; }

  void expect_refused(const std::vector<std::string>& arguments, const std::string& message) {
    const Outcome outcome = simulate(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(message));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(folder_.names(), std::vector<std::string>{"two.yaml"});
  }

  TestFolder folder_;
};

TEST_F(LookAt, AWaveformShowsWhatTheReportCounts) {
  const Outcome outcome = simulate({"--layer", "fc1", "--waveform", folder_ / "w.vcd", "--utilisation"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, Not(HasSubstr("Info")));
  const Vcd vcd = parse_vcd(content_of(folder_ / "w.vcd"));
  const Json counts = layer();
  EXPECT_EQ(vcd.timescale, "1 ps");
  ASSERT_FALSE(vcd.comments.empty());
  EXPECT_EQ(vcd.comments.front(), "layer fc1 on eyeriss-168");

  const auto end = static_cast<int64_t>(std::llround(counts["time_s"].get<double>() * 1e12));
  EXPECT_TRUE(std::is_sorted(vcd.times.begin(), vcd.times.end(), std::less_equal<>()));
  // The last beat's cycle ends after the run's last event.
  EXPECT_GE(vcd.times.back(), end);
  EXPECT_LE(vcd.times.back(), end + std::llround(kLink_ps));
  const auto cycles = [&](const std::string& port, double period_ps) {
    return std::llround(static_cast<double>(vcd.duration("moves." + port, 1, end)) / period_ps);
  };
  const Json& dram = counts["dram_bytes"];
  EXPECT_EQ(cycles("dram_read_weights", kLink_ps) * kLinkBytes, dram["weights"]);
  EXPECT_EQ(cycles("dram_read_scales", kLink_ps) * kLinkBytes, dram["scales"]);
  EXPECT_EQ(cycles("dram_read_inputs", kLink_ps) * kLinkBytes, dram["inputs"]);
  EXPECT_EQ(cycles("dram_write_outputs", kLink_ps) * kLinkBytes, dram["outputs"]);
  const Json& actions = counts["actions"];
  EXPECT_EQ(cycles("psum_out_noc", kCore_ps),
            actions.value("glb_shared.write.psums", 0) + actions.value("glb_shared.write.outputs", 0));
  EXPECT_EQ(cycles("psum_in_noc", kCore_ps), actions.value("glb_shared.read.psums", 0));
  EXPECT_GT(cycles("input_noc", kCore_ps), 0);
  for (const auto& [time, value] : vcd.values.at("moves.filter_noc")) EXPECT_EQ(time % 5000, 0) << time;
  for (const auto& [time, value] : vcd.values.at("moves.dram_read_weights")) {
    const double edges = static_cast<double>(time) / kLink_ps;
    EXPECT_NEAR(edges, std::round(edges), 0.5 / kLink_ps + 1e-9) << time;
  }
}

TEST_F(LookAt, APesPhasesAddUpToItsBusyCycles) {
  ASSERT_EQ(simulate({"--layer", "fc1", "--waveform", folder_ / "w.vcd", "--utilisation"}).status, 0);
  const Vcd vcd = parse_vcd(content_of(folder_ / "w.vcd"));
  const Json counts = layer();
  // The first PE is at the bottom of a chain: it passes on a partial sum a cycle.
  std::string pe;
  for (const auto& [name, values] : vcd.values)
    if (name.rfind("pe_", 0) == 0 && pe.empty()) pe = name.substr(0, name.find('.'));
  int row = 0, col = 0;
  ASSERT_EQ(std::sscanf(pe.c_str(), "pe_%d_%d", &row, &col), 2);
  const auto end = static_cast<int64_t>(counts["time_s"].get<double>() * 1e12);
  const int64_t steps = vcd.duration(pe + ".phase", 2, end) / 5000;
  EXPECT_GT(steps, 0);
  EXPECT_EQ(steps + vcd.changes(pe + ".psums_chained"),
            counts["pe_busy_cycles"][static_cast<size_t>(row)][static_cast<size_t>(col)]);
  EXPECT_EQ(vcd.values.at(pe + ".pass").front().second, 0u);
  EXPECT_GT(vcd.changes(pe + ".inputs_held"), 0);
}

TEST_F(LookAt, NothingChangesForBeingLookedAt) {
  ASSERT_EQ(simulate({}, "plain.json").status, 0);
  ASSERT_EQ(
      simulate({"--layer", "fc1", "--waveform", folder_ / "w.vcd", "--timeline", folder_ / "t.json"}).status,
      0);
  Json plain = layer("plain.json"), seen = layer();
  EXPECT_GT(seen["evaluated_cycles"], 0);
  plain.erase("evaluated_cycles");
  seen.erase("evaluated_cycles");
  EXPECT_EQ(plain, seen);
  const std::string waveform = content_of(folder_ / "w.vcd"), timeline = content_of(folder_ / "t.json");
  ASSERT_EQ(simulate({"--layer", "fc1", "--waveform", folder_ / "w.vcd", "--timeline", folder_ / "t.json",
                      "--jobs", "1"})
                .status,
            0);
  EXPECT_EQ(content_of(folder_ / "w.vcd"), waveform);
  EXPECT_EQ(content_of(folder_ / "t.json"), timeline);
}

TEST_F(LookAt, ALongRunsWaveformIsCutAndSaysSo) {
  ASSERT_EQ(simulate({}, "plain.json").status, 0);
  const Outcome outcome =
      simulate({"--layer", "fc1", "--waveform", folder_ / "w.vcd", "--waveform-cycles", "200"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  Json plain = layer("plain.json"), seen = layer();
  const std::string shown =
      "the first 200 of " + std::to_string(plain["cycles"].get<int64_t>()) + " core cycles";
  EXPECT_THAT(outcome.err, HasSubstr(shown));
  const Vcd vcd = parse_vcd(content_of(folder_ / "w.vcd"));
  EXPECT_THAT(vcd.comments.front(), HasSubstr(shown));
  EXPECT_EQ(vcd.times.back(), 200 * 5000);
  plain.erase("evaluated_cycles");
  seen.erase("evaluated_cycles");
  EXPECT_EQ(plain, seen);
}

TEST_F(LookAt, PesAreChosenByTheirPlace) {
  ASSERT_EQ(simulate({"--layer", "fc2", "--waveform", folder_ / "w.vcd", "--trace-pes", "11,3;11,0"}).status,
            0);
  const Vcd vcd = parse_vcd(content_of(folder_ / "w.vcd"));
  EXPECT_EQ(vcd.values.count("pe_11_3.phase"), 1u);
  EXPECT_EQ(vcd.values.count("pe_11_0.phase"), 1u);
  EXPECT_EQ(vcd.values.count("pe_0_0.phase"), 0u);
}

struct Track {
  int64_t busy_cycles = 0;
  double end = 0;  // of the event before
};

TEST_F(LookAt, ATimelineCoversTheRun) {
  ASSERT_EQ(simulate({"--layer", "fc1", "--timeline", folder_ / "t.json"}).status, 0);
  const Json counts = layer();
  const double run_us = counts["time_s"].get<double>() * 1e6;
  std::map<int, std::string> names;
  std::map<std::string, Track> tracks;
  int64_t passes = 0, pass_cycles = 0;
  for (const Json& event : json_of(folder_ / "t.json")) {
    ASSERT_EQ(event["pid"], 1);
    if (event["ph"] == "M") {
      names[event["tid"]] = event["args"]["name"];
      continue;
    }
    ASSERT_EQ(event["ph"], "X");
    Track& track = tracks[names.at(event["tid"])];
    const double begin = event["ts"], duration = event["dur"];
    EXPECT_GE(begin, track.end - 1e-9) << event;
    EXPECT_GT(duration, 0) << event;
    track.end = begin + duration;
    // Half a nanosecond of rounding; a port's last cycle ends after the run's last event.
    EXPECT_LE(track.end, run_us + kLink_ps * 1e-6 + 1e-3) << event;
    if (names.at(event["tid"]) == "passes") {
      EXPECT_EQ(event["args"]["first_pass"], passes);
      passes += event["args"]["passes"].get<int64_t>();
      pass_cycles += event["args"]["cycles"].get<int64_t>();
      EXPECT_FALSE(event["args"]["bound_by"].get<std::string>().empty());
    } else {
      track.busy_cycles += event["args"]["busy_cycles"].get<int64_t>();
    }
  }
  EXPECT_EQ(names.size(), 11u);  // the process, passes and nine ports
  const Json& dram = counts["dram_bytes"];
  EXPECT_EQ(tracks["DRAM read: weights"].busy_cycles * kLinkBytes, dram["weights"]);
  EXPECT_EQ(tracks["DRAM read: scales"].busy_cycles * kLinkBytes, dram["scales"]);
  EXPECT_EQ(tracks["DRAM read: inputs"].busy_cycles * kLinkBytes, dram["inputs"]);
  EXPECT_EQ(tracks["DRAM write: outputs"].busy_cycles * kLinkBytes, dram["outputs"]);
  const Json& actions = counts["actions"];
  EXPECT_EQ(tracks["psum NoC, out"].busy_cycles,
            actions.value("glb_shared.write.psums", 0) + actions.value("glb_shared.write.outputs", 0));
  EXPECT_EQ(tracks["psum NoC, in"].busy_cycles, actions.value("glb_shared.read.psums", 0));
  EXPECT_GT(tracks["PE array"].busy_cycles * 168, counts["busy_pe_cycles"]);
  int64_t expected_passes = 0, expected_cycles = 0;
  for (const Json& run : counts["passes"]) {
    expected_passes += run["passes"].get<int64_t>();
    expected_cycles += run["cycles"].get<int64_t>();
  }
  EXPECT_EQ(passes, expected_passes);
  EXPECT_EQ(pass_cycles, expected_cycles);
}

TEST_F(LookAt, UtilisationIsAsLargeAsTheArrayAndAddsUp) {
  ASSERT_EQ(simulate({"--utilisation"}).status, 0);
  const Json report = json_of(folder_ / "r.json");
  for (const Json& layer : report["layers"]) {
    ASSERT_EQ(layer["pe_busy_cycles"].size(), 12u);
    int64_t sum = 0;
    for (const Json& row : layer["pe_busy_cycles"]) {
      ASSERT_EQ(row.size(), 14u);
      for (const Json& pe : row) {
        sum += pe.get<int64_t>();
        EXPECT_LE(pe, layer["cycles"]);
      }
    }
    EXPECT_EQ(sum, layer["busy_pe_cycles"]);
  }
  ASSERT_EQ(run_eyeshift({"price", "--force", "--result", folder_ / "r.json", "--table",
                          "horowitz-cacti-45nm", "--output", folder_ / "p.json"})
                .status,
            0);
  EXPECT_EQ(layer("p.json")["pe_busy_cycles"], layer()["pe_busy_cycles"]);
  ASSERT_EQ(simulate({}).status, 0);
  EXPECT_FALSE(layer().contains("pe_busy_cycles"));
}

TEST_F(LookAt, BadInputIsRefused) {
  const std::string vcd = folder_ / "w.vcd";
  expect_refused({"--waveform", vcd}, "say with --layer which to look at: fc1, fc2");
  expect_refused({"--timeline", folder_ / "t.json", "--layer", "fc3"}, "did you mean 'fc1'?");
  expect_refused({"--layer", "fc1"}, "give --waveform or --timeline");
  expect_refused({"--layer", "fc1", "--waveform", vcd, "--trace-pes", "12,0"},
                 "rows are 0 (the bottom) to 11");
  expect_refused({"--layer", "fc1", "--waveform", vcd, "--trace-pes", "0,-1"}, "columns 0 to 13");
  for (const char* bad : {"0", "0,", "0,0;", "a,b", "0,0,0", "99999999999,0", ";"})
    expect_refused({"--layer", "fc1", "--waveform", vcd, "--trace-pes", bad}, "expected row,column");
  expect_refused({"--layer", "fc1", "--timeline", folder_ / "t.json", "--trace-pes", "0,0"}, "--waveform");
  expect_refused({"--layer", "fc1", "--waveform", vcd, "--waveform-cycles", "0"}, "--waveform-cycles");
  expect_refused({"--layer", "fc1", "--waveform", folder_ / "missing/w.vcd"}, "cannot write");
  expect_refused({"--layer", "fc1", "--timeline", folder_ / "missing/t.json"}, "cannot write");
  expect_refused({"--layer", "fc1", "--waveform", vcd, "--timeline", vcd}, "same file");
  expect_refused({"--layer", "fc1", "--waveform", folder_ / "two.yaml"}, "would overwrite");
}

TEST_F(LookAt, APeThatTheLayerLeavesOutIsRefused) {
  folder_.write("m.yaml", "fc1: {m: 4, n: 1, p: 2, q: 4, r: 2, t: 2}\n");
  const Outcome outcome = simulate({"--layer", "fc1", "--mapping", folder_ / "m.yaml", "--waveform",
                                    folder_ / "w.vcd", "--trace-pes", "0,13"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("PE 0,13 takes no part in layer 'fc1'"));
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"m.yaml", "two.yaml"}));
}

TEST(WaveformTimescaleTest, IsAHundredTimesFinerThanATick) {
  const TimeBase eyeriss{600'000'000, 3, 10};
  const WaveformTimescale ps(eyeriss);
  EXPECT_STREQ(ps.name, "1 ps");
  EXPECT_EQ(ps.time_of(1, eyeriss), 1667);
  EXPECT_EQ(ps.time_of(3, eyeriss), 5000);
  EXPECT_EQ(ps.time_of(600'000'000, eyeriss), 1'000'000'000'000);
  const TimeBase slow{1, 1, 1};
  EXPECT_STREQ(WaveformTimescale(slow).name, "1 ms");
  EXPECT_EQ(WaveformTimescale(slow).time_of(7, slow), 7000);
  const TimeBase fast{933'000'000'000, 933, 1000};
  EXPECT_STREQ(WaveformTimescale(fast).name, "1 fs");
  EXPECT_EQ(WaveformTimescale(fast).time_of(933, fast), 1'000'000);
}

}  // namespace
}  // namespace eyeshift
