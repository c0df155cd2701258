#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "models/machine/noc.h"
#include "tests/models/machine/bench.h"
#include "tests/models/machine/mocks.h"

namespace eyeshift::testing {

// The networks between mocks of the banks and of the array. A word that the banks send at t is in its
// network's queue at t + 1, its first flit leaves at t + 2 and is taken by the array at t + 3.
template <bool Functional>
struct NocRig {
  NocRig(const AcceleratorConfig& config, const Schedule& passes, int64_t taken_from = 0)
      : bench(config, passes),
        scheduler(time_base(config)),
        moved(scheduler),
        filter_words("filter_words", scheduler, Domain::core, Domain::core, 2),
        input_words("input_words", scheduler, Domain::core, Domain::core, 2),
        filter_flits("filter_flits", scheduler, Domain::core, Domain::core, 2),
        input_flits("input_flits", scheduler, Domain::core, Domain::core, 2),
        filter_banks("filter_banks", scheduler, Domain::core, filter_words),
        input_banks("input_banks", scheduler, Domain::core, input_words),
        weights("weights", scheduler, Domain::core, filter_flits, taken_from),
        inputs("inputs", scheduler, Domain::core, input_flits, taken_from),
        noc("noc", bench.plan, scheduler, filter_words, input_words, filter_flits, input_flits,
            bench.counts) {}

  static StreamWord<Functional> word(int32_t bits) {
    StreamWord<Functional> word;
    word.bits = bits;
    return word;
  }
  void send_weights(const Ticks& ticks, int32_t bits = 64) {
    for (const int64_t tick : ticks) filter_banks.push(tick, word(bits));
  }
  void send_inputs(const Ticks& ticks, int32_t bits = 64) {
    for (const int64_t tick : ticks) input_banks.push(tick, word(bits));
  }
  int64_t count(Action action) const { return bench.counts[action]; }

  Bench bench;
  TickScheduler scheduler;
  PortLog moved;
  Channel<StreamWord<Functional>> filter_words, input_words;
  Channel<FilterFlit<Functional>> filter_flits;
  Channel<InputFlit<Functional>> input_flits;
  Producer<StreamWord<Functional>> filter_banks, input_banks;
  Consumer<FilterFlit<Functional>> weights;
  Consumer<InputFlit<Functional>> inputs;
  Noc<Functional> noc;
};

// A flit's rectangle and bits; a flit's place, inputs and whether it is a scale.
using Rectangle = std::tuple<int, int, int, int, int>;
inline Rectangle rectangle(const FilterFlit<false>& flit) {
  return {flit.row_first, flit.row_last, flit.set_first, flit.set_last, flit.bits};
}
struct Diagonal {
  int row = 0, col = 0, width = 0, inputs = 0;
  bool token_scale = false;
  bool operator==(const Diagonal& o) const {
    return std::tie(row, col, width, inputs, token_scale) ==
           std::tie(o.row, o.col, o.width, o.inputs, o.token_scale);
  }
};
inline std::vector<Diagonal> diagonals(const std::vector<InputFlit<false>>& flits) {
  std::vector<Diagonal> all;
  for (const auto& flit : flits)
    all.push_back({flit.row, flit.col, flit.width, flit.inputs, flit.token_scale});
  return all;
}

}  // namespace eyeshift::testing
