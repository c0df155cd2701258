#pragma once

#include <string>
#include <systemc>
#include <vector>

#include "models/machine/wires/channel.h"
#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"
#include "models/passes/flit_order.h"

namespace eyeshift {

// The multicast networks for filters and for inputs: each cuts the stream that its banks send into flits of
// its own width, one a cycle, and addresses them to a rectangle of PEs (filters) or along a diagonal of the
// PE sets (inputs). The networks of partial sums need no more than the channels between the array and their
// banks.
template <bool Functional>
class Noc : public sc_core::sc_module {
 public:
  Noc(sc_core::sc_module_name name, const LayerPlan& plan, TickScheduler& scheduler,
      Channel<StreamWord<Functional>>& filter_words, Channel<StreamWord<Functional>>& input_words,
      Channel<FilterFlit<Functional>>& filter_flits, Channel<InputFlit<Functional>>& input_flits,
      ActionCounts& counts);

  int64_t filter_pass() const { return filter_cursor_.index(); }  // whose weights and scales are delivered
  bool done() const { return filter_cursor_.done() && input_cursor_.done(); }
  void visit(StateArchive& archive);
  std::string state() const;

 private:
  void tick();
  bool send_filter();
  bool send_input();
  void advance_input(const Pass& pass, bool token_scale_sent);
  void start_filter_pass();
  bool skip_empty_passes();
  void count_filter(const FilterFlit<Functional>& flit);
  static bool refill(Channel<StreamWord<Functional>>& words, BitQueue<Functional>& queue, int64_t enough);

  const LayerPlan& plan_;
  TickScheduler& scheduler_;
  Channel<StreamWord<Functional>>& filter_words_;
  Channel<StreamWord<Functional>>& input_words_;
  Channel<FilterFlit<Functional>>& filter_flits_;
  Channel<InputFlit<Functional>>& input_flits_;
  ActionCounts& counts_;

  BitQueue<Functional> filter_queue_, input_queue_;
  PassCursor filter_cursor_, input_cursor_;
  FlitOrder filter_order_;
  int32_t token_ = 0, chunk_ = 0, line_ = 0, input_ = 0;  // the next input's place in the pass
};

}  // namespace eyeshift
