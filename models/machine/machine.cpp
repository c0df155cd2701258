#include "models/machine/machine.h"

#include <algorithm>
#include <optional>
#include <systemc>

#include "models/machine/fast_forward.h"
#include "models/machine/machine_modules.h"
#include "models/machine/pass_log.h"

namespace eyeshift {
namespace {

void check(const char* what, int64_t found, int64_t expected, const std::string& state) {
  if (found != expected)
    throw InternalError(std::string("conservation: ") + what + ": " + std::to_string(found) + ", expected " +
                        std::to_string(expected) + "\n" + state);
}

// What the schedule must have moved, from its passes alone.
void check_conservation(const LayerPlan& plan, PassClasses& classes, const LayerResult& result,
                        const std::string& state) {
  const Schedule& schedule = plan.schedule;
  ActionCounts expected;
  int64_t passes = 0;
  std::vector<int64_t> of_class;
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next(), ++passes) {
    const auto pass_class = static_cast<size_t>(classes.of(passes));
    if (pass_class >= of_class.size()) of_class.resize(pass_class + 1, 0);
    ++of_class[pass_class];
  }
  for (size_t i = 0; i < of_class.size(); ++i)
    expected.add(classes.work(static_cast<int32_t>(i)).actions, of_class[i]);
  const ActionCounts& n = result.actions;
  check("weight-input pairs consumed", result.macs,
        schedule.shape.K * schedule.shape.M * schedule.shape.positions() * schedule.tokens, state);
  check("words of weights through the filter banks", n[Action::glb_filter_read_weights],
        n[Action::glb_filter_write_weights], state);
  check("words of scales through the filter banks", n[Action::glb_filter_read_scales],
        n[Action::glb_filter_write_scales], state);
  check("words of partial sums through the psum banks", n[Action::glb_shared_read_psums],
        n[Action::glb_shared_write_psums], state);
  check("words of outputs through the psum banks", n[Action::glb_shared_read_outputs],
        n[Action::glb_shared_write_outputs], state);
  for (size_t i = 0; i < kActionCount; ++i)
    check(std::string(kActionInfo[i].key).c_str(), n.n[i], expected.n[i], state);
}

template <bool Functional>
LayerResult run(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image,
                bool fast_forward) {
  Machine<Functional> machine(accelerator, schedule, image);
  PassClasses& classes = machine.classes;
  PassLog log(classes, fast_forward);
  const auto bring_up_to_date = [&] {
    for (const auto& [pass, cycle] : machine.glb.take_fill_ends()) log.filled(pass, cycle);
    for (const int64_t cycle : machine.array.take_pass_ends()) log.ended(cycle);
  };
  if constexpr (!Functional) {
    std::optional<FastForward> forward;
    if (fast_forward) forward.emplace(machine, classes, log);
    do {
      sc_core::sc_start();
      bring_up_to_date();
      if (sc_core::sc_get_status() == sc_core::SC_PAUSED && forward) forward->advance();
    } while (sc_core::sc_get_status() == sc_core::SC_PAUSED && sc_core::sc_pending_activity());
  } else {
    sc_core::sc_start();
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
  check_conservation(machine.plan, classes, result, machine.state());
  return result;
}

}  // namespace

LayerResult run_machine(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image,
                        bool fast_forward) {
  return image == nullptr ? run<false>(accelerator, schedule, image, fast_forward)
                          : run<true>(accelerator, schedule, image, false);
}

}  // namespace eyeshift
