#pragma once

#include <cstdint>
#include <vector>

#include "models/machine/buffer/global_buffer.h"
#include "tests/models/machine/bench.h"
#include "tests/models/machine/mocks.h"

namespace eyeshift::testing {

// From which tick on each neighbour takes what the global buffer sends.
struct TakenFrom {
  int64_t requests = 0, write_beats = 0, filter_words = 0;
};

// The global buffer between mocks of DRAM, networks and array. What it does, from when a beat is pushed onto
// the link at t: in the fill register at t + 1, a word for its bank at t + 2, in the bank at t + 3, read at t
// + 4 and taken by the network at t + 5. From when the array pushes a flit at t: in its bank at t + 1,
// drained and a beat at t + 2, taken by DRAM at t + 3.
template <bool Functional>
struct GlobalBufferRig {
  GlobalBufferRig(const AcceleratorConfig& config, const Schedule& passes, const TakenFrom& from = {},
                  MemoryImage* image = nullptr)
      : bench(config, passes),
        scheduler(time_base(config)),
        moved(scheduler),
        read_requests("read_requests", scheduler, Domain::core, Domain::dram, 4),
        read_beats("read_beats", scheduler, Domain::dram, Domain::core, 8),
        write_beats("write_beats", scheduler, Domain::core, Domain::dram, 2),
        filter_words("filter_words", scheduler, Domain::core, Domain::core, 2),
        input_words("input_words", scheduler, Domain::core, Domain::core, 2),
        psums_to_array("psums_to_array", scheduler, Domain::core, Domain::core, 2),
        psums_from_array("psums_from_array", scheduler, Domain::core, Domain::core, 2),
        pass_ends("pass_ends", scheduler, Domain::core, Domain::core, 8),
        requests("requests", scheduler, Domain::dram, read_requests, from.requests),
        link("link", scheduler, Domain::dram, read_beats),
        stored("stored", scheduler, Domain::dram, write_beats, from.write_beats),
        weights("weights", scheduler, Domain::core, filter_words, from.filter_words),
        inputs("inputs", scheduler, Domain::core, input_words),
        psums_in("psums_in", scheduler, Domain::core, psums_to_array),
        array("array", scheduler, Domain::core, psums_from_array),
        ends("ends", scheduler, Domain::core, pass_ends),
        glb("glb", bench.plan, scheduler, image,
            {read_requests, read_beats, write_beats, filter_words, input_words, psums_to_array,
             psums_from_array, pass_ends},
            bench.counts) {}

  void send_beats(int64_t first_tick, int count) {
    for (int i = 0; i < count; ++i) link.push(first_tick + i, {});
  }
  void send_result(int64_t tick, int64_t pass, int col, PsumKind kind = PsumKind::output) {
    PsumFlit<Functional> flit;
    flit.pass = pass;
    flit.col = static_cast<int16_t>(col);
    flit.kind = kind;
    flit.count = kind == PsumKind::output ? 4 : 2;
    array.push(tick, flit);
  }

  Bench bench;
  TickScheduler scheduler;
  PortLog moved;
  Channel<ReadRequest> read_requests;
  Channel<Beat<Functional>> read_beats, write_beats;
  Channel<StreamWord<Functional>> filter_words, input_words;
  Channel<PsumFlit<Functional>> psums_to_array, psums_from_array;
  Channel<PassEnd> pass_ends;
  Consumer<ReadRequest> requests;
  Producer<Beat<Functional>> link;
  Consumer<Beat<Functional>> stored;
  Consumer<StreamWord<Functional>> weights, inputs;
  Consumer<PsumFlit<Functional>> psums_in;
  Producer<PsumFlit<Functional>> array;
  Producer<PassEnd> ends;
  GlobalBuffer<Functional> glb;
};

inline AcceleratorConfig with_burst_bytes(int bytes) {
  AcceleratorConfig config = small_machine();
  config.dram.burst_bytes = bytes;
  return config;
}

inline Ticks from_to(int64_t first, int64_t last) {
  Ticks ticks;
  for (int64_t tick = first; tick <= last; ++tick) ticks.push_back(tick);
  return ticks;
}

}  // namespace eyeshift::testing
