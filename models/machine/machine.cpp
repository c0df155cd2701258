#include "models/machine/machine.h"

#include <algorithm>
#include <array>
#include <systemc>

#include "models/machine/dram.h"
#include "models/machine/global_buffer.h"
#include "models/machine/noc.h"
#include "models/machine/pe_array.h"

namespace eyeshift {
namespace {

// The wiring of one machine. Depths are of the registers between modules: two items let a channel move one a
// cycle.
template <bool Functional>
struct Machine {
  Machine(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image)
      : plan(accelerator, schedule),
        scheduler(time_base(accelerator)),
        requests("requests", scheduler, Domain::core, Domain::dram, 4),
        read_beats("read_beats", scheduler, Domain::dram, Domain::core, 8),
        write_beats("write_beats", scheduler, Domain::core, Domain::dram, 2 * beats_a_burst(accelerator)),
        filter_words("filter_words", scheduler, Domain::core, Domain::core, 2),
        input_words("input_words", scheduler, Domain::core, Domain::core, 2),
        filter_flits("filter_flits", scheduler, Domain::core, Domain::core, 2),
        input_flits("input_flits", scheduler, Domain::core, Domain::core, 2),
        psums_in("psums_in", scheduler, Domain::core, Domain::core, 2),
        psums_out("psums_out", scheduler, Domain::core, Domain::core, 2),
        dram("dram", plan, scheduler, image, requests, read_beats, write_beats),
        glb("glb", plan, scheduler,
            {requests, read_beats, write_beats, filter_words, input_words, psums_in, psums_out}, counts),
        noc("noc", plan, scheduler, filter_words, input_words, filter_flits, input_flits, counts),
        array("array", plan, scheduler, filter_flits, input_flits, psums_in, psums_out, counts) {}

  static size_t beats_a_burst(const AcceleratorConfig& accelerator) {
    return static_cast<size_t>(accelerator.dram.burst_bytes * 8 / accelerator.dram.link_bits);
  }

  std::string state() const {
    return "tick " + std::to_string(TickScheduler::now()) + "\n" + dram.state() + "\n" + glb.state() + "\n" +
           noc.state() + "\n" + array.state();
  }

  ActionCounts counts;
  LayerPlan plan;
  TickScheduler scheduler;
  Channel<ReadRequest> requests;
  Channel<Beat<Functional>> read_beats, write_beats;
  Channel<StreamWord<Functional>> filter_words, input_words;
  Channel<FilterFlit<Functional>> filter_flits;
  Channel<InputFlit<Functional>> input_flits;
  Channel<PsumFlit<Functional>> psums_in, psums_out;
  Dram<Functional> dram;
  GlobalBuffer<Functional> glb;
  Noc<Functional> noc;
  PeArray<Functional> array;
};

void check(bool holds, const char* what, int64_t found, int64_t expected, const std::string& state) {
  if (!holds)
    throw InternalError(std::string("conservation: ") + what + ": " + std::to_string(found) + ", expected " +
                        std::to_string(expected) + "\n" + state);
}

// What the schedule must have moved, from its passes alone.
void check_conservation(const LayerPlan& plan, const LayerResult& result, const std::string& state) {
  const Schedule& schedule = plan.schedule;
  const auto& dram = plan.accelerator.dram;
  const int64_t port = plan.accelerator.glb.port_bits;
  const auto bursts = [&](int64_t bits) {
    return (bits + dram.burst_bytes * 8 - 1) / (dram.burst_bytes * 8);
  };
  const auto port_words = [&](int64_t bits) { return (bits + port - 1) / port; };
  int64_t weights = 0, scales = 0, inputs = 0, outputs = 0, input_words = 0;
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next()) {
    const Pass& pass = cursor.pass();
    const FilterStream stream = filter_stream(plan, pass);
    weights += bursts(stream.weights);
    scales += bursts(stream.scales);
    if (pass.loads_inputs) inputs += bursts(plan.input_stream_bits(pass));
    if (pass.output) outputs += bursts(int64_t{pass.tokens} * pass.tile_outputs() * 16);
    input_words += port_words(plan.input_stream_bits(pass));
  }
  const ActionCounts& n = result.actions;
  const int64_t pairs = schedule.shape.K * schedule.shape.M * schedule.tokens;
  const auto equal = [&](const char* what, int64_t found, int64_t expected) {
    check(found == expected, what, found, expected, state);
  };
  equal("weight-input pairs consumed", result.macs, pairs);
  equal("bytes of weights read", n[Action::dram_read_weights], weights * dram.burst_bytes);
  equal("bytes of scales read", n[Action::dram_read_scales], scales * dram.burst_bytes);
  equal("bytes of inputs read", n[Action::dram_read_inputs], inputs * dram.burst_bytes);
  equal("bytes of outputs written", n[Action::dram_write_outputs], outputs * dram.burst_bytes);
  equal("words of weights through the filter banks", n[Action::glb_filter_read_weights],
        n[Action::glb_filter_write_weights]);
  equal("words of scales through the filter banks", n[Action::glb_filter_read_scales],
        n[Action::glb_filter_write_scales]);
  equal("words of inputs read from the input banks", n[Action::glb_shared_read_inputs], input_words);
  equal("words of partial sums through the psum banks", n[Action::glb_shared_read_psums],
        n[Action::glb_shared_write_psums]);
  equal("words of outputs through the psum banks", n[Action::glb_shared_read_outputs],
        n[Action::glb_shared_write_outputs]);
}

// Reads run-length coded meters in step.
class MeterReader {
 public:
  explicit MeterReader(const PassMeter& meter) : runs_(meter.runs()) {}
  int64_t value() const { return runs_[run_].value; }
  int64_t left() const { return runs_[run_].passes - at_; }
  void advance(int64_t passes) {
    at_ += passes;
    if (at_ == runs_[run_].passes) {
      ++run_;
      at_ = 0;
    }
  }
  bool done() const { return run_ == runs_.size(); }

 private:
  const std::vector<PassMeter::Run>& runs_;
  size_t run_ = 0;
  int64_t at_ = 0;
};

template <bool Functional>
void add_passes(const Machine<Functional>& machine, LayerResult& result) {
  const TimeBase base = time_base(machine.plan.accelerator);
  const auto burst_beats = static_cast<int64_t>(Machine<Functional>::beats_a_burst(machine.plan.accelerator));
  MeterReader duration(machine.glb.psums().duration_meter());
  std::array<MeterReader, 6> busy{
      MeterReader(machine.array.compute_meter()),    MeterReader(machine.glb.dram_meter()),
      MeterReader(machine.noc.filter_meter()),       MeterReader(machine.noc.input_meter()),
      MeterReader(machine.glb.psums().read_meter()), MeterReader(machine.glb.psums().write_meter())};
  std::array<int64_t, 6> bound_cycles{};
  int64_t first = 0;
  while (!duration.done()) {
    int64_t passes = duration.left();
    for (const MeterReader& meter : busy) passes = std::min(passes, meter.left());
    size_t bound = 0;
    std::array<int64_t, 6> cycles{};
    for (size_t i = 0; i < busy.size(); ++i) {
      cycles[i] = busy[i].value();
      if (static_cast<Bound>(i) == Bound::dram)
        cycles[i] = cycles[i] * burst_beats * base.dram_ticks / base.core_ticks;
      if (cycles[i] > cycles[bound]) bound = i;
    }
    bound_cycles[bound] += passes * duration.value();
    auto& runs = result.passes;
    if (!runs.empty() && runs.back().cycles_each == duration.value() &&
        runs.back().bound_by == static_cast<Bound>(bound))
      runs.back().passes += passes;
    else
      runs.push_back({first, passes, duration.value(), static_cast<Bound>(bound)});
    first += passes;
    duration.advance(passes);
    for (MeterReader& meter : busy) meter.advance(passes);
  }
  result.bound_by =
      static_cast<Bound>(std::max_element(bound_cycles.begin(), bound_cycles.end()) - bound_cycles.begin());
}

template <bool Functional>
LayerResult run(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image) {
  Machine<Functional> machine(accelerator, schedule, image);
  sc_core::sc_start();
  if (!machine.array.done() || !machine.glb.done() || !machine.noc.done() ||
      machine.dram.written_beats() != machine.glb.written_beats())
    throw InternalError("deadlock: work remains and no event is pending\n" + machine.state());

  const TimeBase base = time_base(accelerator);
  LayerResult result;
  result.ticks = machine.dram.last_write_tick();
  result.cycles = (result.ticks + base.core_ticks - 1) / base.core_ticks;
  result.macs = machine.array.macs();
  result.padding_macs = machine.array.padding_macs();
  result.active_pes = machine.array.active_pes();
  result.busy_pe_cycles = machine.array.busy_pe_cycles();
  result.evaluated_cycles = machine.array.evaluated_cycles();
  result.actions = machine.counts;
  check_conservation(machine.plan, result, machine.state());
  add_passes(machine, result);
  return result;
}

}  // namespace

LayerResult run_machine(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image) {
  return image == nullptr ? run<false>(accelerator, schedule, image)
                          : run<true>(accelerator, schedule, image);
}

}  // namespace eyeshift
