#pragma once

#include <deque>
#include <string>
#include <systemc>

#include "models/machine/channel.h"
#include "models/machine/filter_buffer.h"
#include "models/machine/input_buffer.h"
#include "models/machine/items.h"
#include "models/machine/layer_plan.h"
#include "models/machine/psum_buffer.h"
#include "models/machine/transfer_controller.h"

namespace eyeshift {

// The channels that the global buffer is wired to.
template <bool Functional>
struct GlobalBufferPorts {
  Channel<ReadRequest>& read_requests;
  Channel<Beat<Functional>>& read_beats;
  Channel<Beat<Functional>>& write_beats;
  Channel<StreamWord<Functional>>& filter_words;
  Channel<StreamWord<Functional>>& input_words;
  Channel<PsumFlit<Functional>>& psums_to_array;
  Channel<PsumFlit<Functional>>& psums_from_array;
};

// The global buffer: filter, input and psum banks with their ports, the transfer controller that requests
// what the schedule wants from DRAM, and the registers in which link beats become words and words beats.
template <bool Functional>
class GlobalBuffer : public sc_core::sc_module {
 public:
  GlobalBuffer(sc_core::sc_module_name name, const LayerPlan& plan, TickScheduler& scheduler,
               GlobalBufferPorts<Functional> ports, ActionCounts& counts);

  bool done() const;
  const PsumBuffer<Functional>& psums() const { return psums_; }
  const PassMeter& dram_meter() const { return controller_.burst_meter(); }
  const FilterBuffer<Functional>& filters() const { return filters_; }
  int64_t written_beats() const { return written_beats_; }
  std::string state() const;

 private:
  void tick();
  bool request();
  bool take_beat();
  bool send_beat();

  const LayerPlan& plan_;
  TickScheduler& scheduler_;
  GlobalBufferPorts<Functional> ports_;
  ActionCounts& counts_;
  FilterBuffer<Functional> filters_;
  InputBuffer<Functional> inputs_;
  PsumBuffer<Functional> psums_;
  TransferController controller_;
  const int64_t beats_a_burst_;

  // From DRAM: bursts that were requested, and the register in which their payload waits for its bank.
  std::deque<ReadRequest> bursts_;
  int64_t burst_beats_ = 0, burst_bits_ = 0;  // of the burst that arrives
  BitQueue<Functional> fill_;
  Operand fill_operand_ = Operand::weights;
  bool fill_ends_ = false;            // the operand's last bits are in the register
  StreamWord<Functional> fill_word_;  // that waits for its bank
  bool fill_word_ends_ = false;

  // To DRAM: outputs on their way into beats, and how far the last burst is filled.
  BitQueue<Functional> drain_;
  bool drain_ends_ = false;
  int64_t drain_beats_ = 0;
  int64_t written_beats_ = 0;
};

}  // namespace eyeshift
