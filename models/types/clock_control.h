#pragma once

#include "models/types/accelerator.h"
#include "models/types/action_counts.h"
#include "models/types/result.h"

namespace eyeshift {

// Counts of the clock network, control, FIFOs and pads. The machine counts none of them: they follow from
// cycles and from its other counts.
//   clock.cycle.pes      every PE of the array in every core cycle, at work or not
//   control.chip.cycles  core cycles
//   control.gated.pes    cycles in which a PE steps over an input that is zero and gated
//   control.active.pes   the other cycles in which a PE works
//   fifo.pass.words      words that the networks deliver: each passes one FIFO of a PE
//   io.transfer.bytes    bytes to and from DRAM, through the chip's pads
// `gated_pe_cycles` is at most `busy_pe_cycles`.
void count_clock_and_control(const AcceleratorConfig& accelerator, int64_t cycles, int64_t busy_pe_cycles,
                             int64_t gated_pe_cycles, ActionCounts& actions);

// The same for a finished layer: a gated pair takes one cycle of its PE.
void count_clock_and_control(const AcceleratorConfig& accelerator, LayerResult& result);

}  // namespace eyeshift
