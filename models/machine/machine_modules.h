#pragma once

#include <string>
#include <vector>

#include "models/machine/array/pe_array.h"
#include "models/machine/buffer/global_buffer.h"
#include "models/machine/dram.h"
#include "models/machine/noc.h"
#include "models/passes/array_region.h"

namespace eyeshift {

// The wiring of one machine. Depths are of the registers between modules: two items let a channel move one a
// cycle. All passes in flight may end in one cycle, and are taken in the next.
template <bool Functional>
struct Machine {
  Machine(const AcceleratorConfig& accelerator, const Schedule& schedule, MemoryImage* image)
      : plan(accelerator, schedule),
        classes(plan),
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
        pass_ends("pass_ends", scheduler, Domain::core, Domain::core, 2 * kPassesInFlight),
        dram("dram", plan, scheduler, image, requests, read_beats, write_beats),
        glb("glb", plan, scheduler, image,
            {requests, read_beats, write_beats, filter_words, input_words, psums_in, psums_out, pass_ends},
            counts),
        noc("noc", plan, scheduler, filter_words, input_words, filter_flits, input_flits, counts),
        array("array", plan, scheduler, filter_flits, input_flits, psums_in, psums_out, pass_ends, classes,
              image, counts) {}

  static size_t beats_a_burst(const AcceleratorConfig& accelerator) {
    return static_cast<size_t>(accelerator.dram.burst_bytes * 8 / accelerator.dram.link_bits);
  }

  void visit(StateArchive& archive) {
    scheduler.visit(archive);
    requests.visit(archive);
    for (auto* beats : {&read_beats, &write_beats}) beats->visit(archive);
    for (auto* words : {&filter_words, &input_words}) words->visit(archive);
    filter_flits.visit(archive);
    input_flits.visit(archive);
    for (auto* psums : {&psums_in, &psums_out}) psums->visit(archive);
    pass_ends.visit(archive);
    dram.visit(archive);
    glb.visit(archive);
    noc.visit(archive);
    array.visit(archive);
  }

  // Traces levels and pointers of the machine in a waveform, and these PEs, (row, column) of the array.
  void trace(sc_core::sc_trace_file* file, const std::vector<PePlace>& pes) const {
    requests.trace(file);
    for (const auto* beats : {&read_beats, &write_beats}) beats->trace(file);
    for (const auto* words : {&filter_words, &input_words}) words->trace(file);
    filter_flits.trace(file);
    input_flits.trace(file);
    for (const auto* psums : {&psums_in, &psums_out}) psums->trace(file);
    pass_ends.trace(file);
    array.trace(file);
    const ArrayPlacement placement(plan, plan.schedule.rows, plan.schedule.cols);
    for (const PePlace& pe : pes)
      array.trace_pe(file, static_cast<size_t>(placement.pe_at(pe)),
                     "pe_" + std::to_string(pe.row) + "_" + std::to_string(pe.col));
  }

  std::string state() const {
    return "tick " + std::to_string(scheduler.now()) + "\n" + dram.state() + "\n" + glb.state() + "\n" +
           noc.state() + "\n" + array.state();
  }

  ActionCounts counts;
  LayerPlan plan;
  PassClasses classes;
  TickScheduler scheduler;
  Channel<ReadRequest> requests;
  Channel<Beat<Functional>> read_beats, write_beats;
  Channel<StreamWord<Functional>> filter_words, input_words;
  Channel<FilterFlit<Functional>> filter_flits;
  Channel<InputFlit<Functional>> input_flits;
  Channel<PsumFlit<Functional>> psums_in, psums_out;
  Channel<PassEnd> pass_ends;
  Dram<Functional> dram;
  GlobalBuffer<Functional> glb;
  Noc<Functional> noc;
  PeArray<Functional> array;
};

}  // namespace eyeshift
