#include "sim/replay/timeline_json.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/files/json_fields.h"
#include "base/integers.h"

namespace eyeshift {
namespace {

constexpr int kProcess = 1;
constexpr int kPassTrack = 1;
constexpr const char* kTrackNames[kPorts] = {"DRAM read: weights",  "DRAM read: scales", "DRAM read: inputs",
                                             "DRAM write: outputs", "filter NoC",        "input NoC",
                                             "psum NoC, in",        "psum NoC, out",     "PE array"};
constexpr const char* kEventNames[kPorts] = {"weights", "scales", "inputs",  "outputs", "filters",
                                             "inputs",  "psums",  "results", "busy"};

class Events {
 public:
  explicit Events(const TimeBase& base) : base_(base) {}

  void name(const char* what, int track, const std::string& name) {
    add({{"ph", "M"}, {"pid", kProcess}, {"tid", track}, {"name", what}, {"args", {{"name", name}}}});
  }

  // Times are whole nanoseconds, to which viewers round, so that events of a track never overlap.
  void complete(int track, const std::string& name, int64_t begin_tick, int64_t end_tick, Json args) {
    const int64_t begin = nanoseconds(begin_tick), end = nanoseconds(end_tick);
    add({{"ph", "X"},
         {"pid", kProcess},
         {"tid", track},
         {"name", name},
         {"ts", static_cast<double>(begin) / 1000},
         {"dur", static_cast<double>(end - begin) / 1000},
         {"args", std::move(args)}});
  }

  std::string text() const { return "[" + text_ + "\n]\n"; }

 private:
  int64_t nanoseconds(int64_t tick) const {
    return std::llround(static_cast<long double>(tick) * 1e9L / static_cast<long double>(base_.ticks_Hz));
  }
  void add(const Json& event) {
    text_ += (text_.empty() ? "\n" : ",\n") + event.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  const TimeBase base_;
  std::string text_;
};

// Passes that stand in one event.
struct PassGroup {
  int64_t first = 0, passes = 0, begin = 0, cycles = 0, work_cycles = 0, ramp_cycles = 0;
  std::array<int64_t, kBounds> bound_cycles{};

  Bound bound() const {
    return static_cast<Bound>(std::max_element(bound_cycles.begin(), bound_cycles.end()) -
                              bound_cycles.begin());
  }
};

void add_passes(const LayerResult& result, int64_t core_ticks, Events& events) {
  int64_t total = 0;
  for (const PassRunResult& run : result.passes) total += run.passes;
  const int64_t most = std::max<int64_t>(1, divide_up(total, kMostTimelinePasses));
  PassGroup group;
  const auto flush = [&] {
    if (group.passes == 0) return;
    const int64_t end = group.begin + group.cycles;
    std::string name = "pass " + std::to_string(group.first);
    if (group.passes > 1) name += " to " + std::to_string(group.first + group.passes - 1);
    events.complete(kPassTrack, name, group.begin * core_ticks, end * core_ticks,
                    {{"first_pass", group.first},
                     {"passes", group.passes},
                     {"bound_by", bound_name(group.bound())},
                     {"cycles", group.cycles},
                     {"work_cycles", group.work_cycles},
                     {"ramp_cycles", group.ramp_cycles}});
    group = {group.first + group.passes, 0, end, 0, 0, 0, {}};
  };
  for (const PassRunResult& run : result.passes) {
    // Where a run's passes differ in length, they are drawn alike.
    const auto until = [&](int64_t passes) {
      return run.cycles / run.passes * passes + run.cycles % run.passes * passes / run.passes;
    };
    for (int64_t done = 0; done < run.passes;) {
      const int64_t taken = std::min(run.passes - done, most - group.passes);
      const int64_t cycles = until(done + taken) - until(done);
      group.passes += taken;
      group.cycles += cycles;
      group.work_cycles += taken * run.work_cycles;
      group.ramp_cycles += std::max<int64_t>(0, cycles - taken * run.work_cycles);
      group.bound_cycles[static_cast<size_t>(run.bound_by)] += cycles;
      if (group.passes == most) flush();
      done += taken;
    }
  }
  flush();
}

}  // namespace

std::string timeline_json(const Timeline& timeline, const LayerResult& result,
                          const AcceleratorConfig& accelerator, const std::string& title) {
  const TimeBase base = time_base(accelerator);
  Events events(base);
  events.name("process_name", 0, title);
  events.name("thread_name", kPassTrack, "passes");
  for (size_t port = 0; port < kPorts; ++port)
    events.name("thread_name", kPassTrack + 1 + static_cast<int>(port), kTrackNames[port]);
  add_passes(result, base.core_ticks, events);
  for (size_t port = 0; port < kPorts; ++port)
    for (const Timeline::Interval& interval : timeline.of(static_cast<Port>(port)))
      events.complete(kPassTrack + 1 + static_cast<int>(port), kEventNames[port], interval.begin,
                      interval.end, {{"busy_cycles", interval.busy_cycles}});
  return events.text();
}

}  // namespace eyeshift
