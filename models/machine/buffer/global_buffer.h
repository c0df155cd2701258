#pragma once

#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "models/machine/buffer/filter_buffer.h"
#include "models/machine/buffer/input_buffer.h"
#include "models/machine/buffer/psum_buffer.h"
#include "models/machine/buffer/transfer_controller.h"
#include "models/machine/wires/channel.h"
#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"

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
  Channel<PassEnd>& pass_ends;
};

// The global buffer: filter, input and psum banks with their ports, the transfer controllers that request
// what the schedule wants from DRAM, and the registers in which link beats become words and words beats.
template <bool Functional>
class GlobalBuffer : public sc_core::sc_module {
 public:
  GlobalBuffer(sc_core::sc_module_name name, const LayerPlan& plan, TickScheduler& scheduler,
               MemoryImage* image, GlobalBufferPorts<Functional> ports, ActionCounts& counts);

  // Passes that the transfer controllers may run ahead of the inputs that the array takes.
  static constexpr int kPassesAhead = 16;

  bool done() const;
  int64_t written_beats() const { return written_beats_; }
  // What happened in a time that was skipped.
  void add(int64_t written_beats, int64_t blocked_cycles) {
    written_beats_ += written_beats;
    psums_.add_blocked_cycles(blocked_cycles);
  }
  // Cycles in which results waited for outputs to drain.
  int64_t blocked_cycles() const { return psums_.blocked_cycles(); }
  // When the last word of a pass's operands came from DRAM, since the last call: pass and cycle.
  std::vector<std::pair<int64_t, int64_t>> take_fill_ends() { return std::exchange(fill_ends_at_, {}); }
  void visit(StateArchive& archive);
  std::string state() const;

 private:
  // Where the payload of bursts waits for its banks.
  struct FillRegister {
    Operand operand = Operand::weights;
    int64_t pass = -1;            // whose operand it is; -1: empty
    bool ends = false;            // the operand's last bits have come
    StreamWord<Functional> word;  // at the banks' port
    bool word_ends = false;       // it is the operand's last

    const StreamWord<Functional>* waiting_word() const { return word.bits > 0 ? &word : nullptr; }
    void visit(StateArchive& archive) {
      archive.value(operand);
      bool holds = pass >= 0;
      archive.flag(holds);
      if (holds) archive.pass(pass);
      if (!holds) pass = -1;
      word.visit(archive);
      archive.flag(ends);
      archive.flag(word_ends);
    }
  };

  void tick();
  bool request();
  bool request(TransferController& requests, int64_t end);
  bool take_beat();
  bool form_filter_word();
  bool form_input_word();
  void store_word(FillRegister& fill, int64_t cycle);
  bool send_beat();
  int64_t waiting_input_bits() const;
  int64_t stored_bits() const;
  void open_inputs(const ReadRequest& burst);
  void drain(const typename PsumBuffer<Functional>::Moved& moved);

  const LayerPlan& plan_;
  TickScheduler& scheduler_;
  MemoryImage* image_;
  GlobalBufferPorts<Functional> ports_;
  ActionCounts& counts_;
  FilterBuffer<Functional> filters_;
  InputBuffer<Functional> inputs_;
  PsumBuffer<Functional> psums_;
  TransferController input_requests_, filter_requests_;
  const int64_t beats_a_burst_;

  // From DRAM: bursts that were requested, and what has come of them. Inputs are decompressed and padded on
  // the way: a share of their words for the same share of what the bursts bring.
  std::vector<ReadRequest> bursts_;
  int64_t burst_beats_ = 0, burst_bits_ = 0;  // of the burst that arrives
  FillRegister filter_fill_, input_fill_;
  BitQueue<Functional> filter_bits_;
  int64_t load_bits_ = 0, tile_bits_ = 0;       // of the tile of inputs that arrives
  int64_t arrived_bits_ = 0, formed_bits_ = 0;  // of them
  PassCursor fill_cursor_;                      // functional runs: the tile's pass and its values
  BitString tile_;
  std::vector<std::pair<int64_t, int64_t>> fill_ends_at_;

  // To DRAM: outputs are compressed on their way into beats; how far the last burst is filled.
  int64_t result_bits_ = 0, store_bits_ = 0;  // of the pass that drains
  int64_t drained_bits_ = 0, sent_bits_ = 0;  // of them
  Pass drained_;                              // functional runs: that pass and its values
  BitString outputs_;
  bool drain_ends_ = false;
  int64_t drain_beats_ = 0;
  int64_t written_beats_ = 0;
};

}  // namespace eyeshift
