#pragma once

#include <systemc>
#include <vector>

#include "models/machine/wires/channel.h"
#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"

namespace eyeshift {

// DRAM behind one link, shared by reads and writes, a beat of link_bits a cycle of its clock. Reads are
// served in order; a burst's first beat comes latency_cycles after its request was taken, and requests
// overlap. A write burst begins once all its beats wait. Reads and writes take turns by bursts.
template <bool Functional>
class Dram : public sc_core::sc_module {
 public:
  Dram(sc_core::sc_module_name name, const LayerPlan& plan, TickScheduler& scheduler, MemoryImage* image,
       Channel<ReadRequest>& requests, Channel<Beat<Functional>>& read_beats,
       Channel<Beat<Functional>>& write_beats);

  int64_t written_beats() const { return written_beats_; }
  void add_written_beats(int64_t beats) { written_beats_ += beats; }  // in a time that was skipped
  int64_t last_write_tick() const { return last_write_tick_; }
  void visit(StateArchive& archive);
  std::string state() const;

  static constexpr size_t kOutstandingBursts = 16;

 private:
  struct Burst {
    ReadRequest request;
    int64_t ready_tick = 0;
  };

  void tick();
  void take_request();
  bool start_burst();
  void send_read_beat();
  void take_write_beat();
  void fetch(const ReadRequest& request);

  const LayerPlan& plan_;
  TickScheduler& scheduler_;
  MemoryImage* image_;
  Channel<ReadRequest>& requests_;
  Channel<Beat<Functional>>& read_beats_;
  Channel<Beat<Functional>>& write_beats_;

  const int64_t beats_a_burst_;
  std::vector<Burst> bursts_;
  int64_t read_beats_left_ = 0;   // of the read burst on the link
  int64_t write_beats_left_ = 0;  // of the write burst on the link
  bool write_next_ = false;       // whose turn it is where both wait
  int64_t written_beats_ = 0;
  int64_t last_write_tick_ = 0;

  // Functional: the weights or scales being read.
  PassCursor read_cursor_;
  ReadRequest fetched_;
  BitString operand_;
  int64_t operand_at_ = 0, operand_end_ = 0;
};

}  // namespace eyeshift
