#include "models/machine/machine.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <numeric>
#include <optional>
#include <string_view>
#include <systemc>

#include "models/machine/fast_forward.h"
#include "models/machine/machine_modules.h"
#include "models/machine/pass_log.h"
#include "models/machine/run_observer.h"

namespace eyeshift {
namespace {

void check(std::string_view what, int64_t found, int64_t expected) {
  if (found != expected)
    throw InternalError("conservation: " + std::string(what) + ": " + std::to_string(found) + ", expected " +
                        std::to_string(expected));
}

// How long each PE must have worked, from the passes alone.
std::vector<int64_t> pe_busy_cycles(const LayerPlan& plan, const PassClasses& classes,
                                    const std::vector<int64_t>& of_class) {
  const auto& array = plan.accelerator.array;
  const ArrayPlacement placement(plan, plan.schedule.rows, plan.schedule.cols);
  std::vector<int64_t> busy(static_cast<size_t>(array.rows * array.cols), 0);
  for (size_t i = 0; i < of_class.size(); ++i) {
    const Pass& pass = classes.example(static_cast<int32_t>(i));
    const PassPrograms& programs = *classes.programs(static_cast<int32_t>(i));
    for (int row = 0; row < pass.rows; ++row) {
      for (int col = 0; col < pass.cols(); ++col) {
        const PePlace pe = placement.place(row, col);
        busy[static_cast<size_t>(pe.row * array.cols + pe.col)] +=
            of_class[i] * programs.busy_cycles(row, col);
      }
    }
  }
  return busy;
}

// What the schedule must have moved, from its passes alone.
void check_conservation(const LayerPlan& plan, const PassClasses& classes,
                        const std::vector<int64_t>& of_class, const LayerResult& result) {
  const Schedule& schedule = plan.schedule;
  ActionCounts expected;
  for (size_t i = 0; i < of_class.size(); ++i)
    expected.add(classes.work(static_cast<int32_t>(i)).actions, of_class[i]);
  const ActionCounts& n = result.actions;
  check("weight-input pairs consumed", result.macs,
        schedule.shape.K * schedule.shape.M * schedule.shape.positions() * schedule.tokens);
  check("cycles in which PEs were busy", result.busy_pe_cycles,
        std::accumulate(result.pe_busy_cycles.begin(), result.pe_busy_cycles.end(), int64_t{0}));
  check("words of weights through the filter banks", n[Action::glb_filter_read_weights],
        n[Action::glb_filter_write_weights]);
  check("words of scales through the filter banks", n[Action::glb_filter_read_scales],
        n[Action::glb_filter_write_scales]);
  check("words of partial sums through the psum banks", n[Action::glb_shared_read_psums],
        n[Action::glb_shared_write_psums]);
  check("words of outputs through the psum banks", n[Action::glb_shared_read_outputs],
        n[Action::glb_shared_write_outputs]);
  for (size_t i = 0; i < kActionCount; ++i) check(kActionInfo[i].key, n.n[i], expected.n[i]);
}

// Runs until the machine pauses or ends. SystemC turns what a process throws into a report of its own.
void start() {
  try {
    sc_core::sc_start();
  } catch (const sc_core::sc_report& report) {
    if (std::string_view(report.what()).find("std::bad_alloc") != std::string_view::npos)
      throw std::bad_alloc();
    throw InternalError(report.what());
  }
}

template <bool Functional>
LayerResult run(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image,
                bool fast_forward, const Observation& observation) {
  Machine<Functional> machine(accelerator, schedule, image);
  PassClasses& classes = machine.classes;
  PassLog log(classes, fast_forward);
  // Returns whether passes ended.
  const auto bring_up_to_date = [&] {
    for (const auto& [pass, cycle] : machine.glb.take_fill_ends()) log.filled(pass, cycle);
    const std::vector<int64_t> ends = machine.array.take_pass_ends();
    for (const int64_t cycle : ends) log.ended(cycle);
    return !ends.empty();
  };
  if constexpr (!Functional) {
    RunObserver observer(machine, observation);
    std::optional<FastForward> forward;
    if (fast_forward) forward.emplace(machine, classes, log);
    do {
      start();
      const bool pass_ended = bring_up_to_date();
      const bool looks_on = observer.looks_on();
      if (sc_core::sc_get_status() == sc_core::SC_PAUSED && forward && pass_ended && !looks_on)
        forward->advance();
    } while (sc_core::sc_get_status() == sc_core::SC_PAUSED && sc_core::sc_pending_activity());
  } else {
    start();
    bring_up_to_date();
  }
  if (!machine.array.done() || !machine.glb.done() || !machine.noc.done() ||
      machine.dram.written_beats() != machine.glb.written_beats())
    throw InternalError("deadlock: work remains and no event is pending\n" + machine.state());

  const TimeBase base = time_base(accelerator);
  LayerResult result;
  result.ticks = std::max(machine.dram.last_write_tick(), log.last_end() * base.core_ticks);
  result.cycles = (result.ticks + base.core_ticks - 1) / base.core_ticks;
  const ArrayCounters& array = machine.array.counters();
  result.macs = array.macs;
  result.padding_macs = array.padding_macs;
  result.active_pes = machine.array.active_pes();
  result.busy_pe_cycles = array.busy_pe_cycles;
  result.evaluated_cycles = machine.array.evaluated_cycles();
  result.exposed_dram_cycles =
      std::min(result.cycles,
               log.exposed_dram_cycles() + machine.glb.blocked_cycles() + result.cycles - log.last_end());
  result.actions = machine.counts;
  result.bound_by = log.bound_by();
  result.passes = log.runs();
  const auto checks_begin = std::chrono::steady_clock::now();
  const std::vector<int64_t> of_class = classes.passes_by_class();
  result.pe_busy_cycles = pe_busy_cycles(machine.plan, classes, of_class);
  try {
    check_conservation(machine.plan, classes, of_class, result);
  } catch (const InternalError& error) {
    throw InternalError(std::string(error.what()) + "\n" + machine.state());
  }
  result.checks_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - checks_begin).count();
  return result;
}

}  // namespace

LayerResult run_machine(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image,
                        bool fast_forward, const Observation& observation) {
  return image == nullptr ? run<false>(accelerator, schedule, image, fast_forward, observation)
                          : run<true>(accelerator, schedule, image, false, {});
}

}  // namespace eyeshift
