#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "models/machine/array/array_values.h"
#include "models/machine/array/pass_classes.h"
#include "models/machine/array/pass_context.h"
#include "models/machine/array/pe_calendar.h"
#include "models/machine/wires/channel.h"
#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"

namespace eyeshift {

// What happened in the array, beside actions.
struct ArrayCounters {
  int64_t busy_pe_cycles = 0;
  int64_t macs = 0, padding_macs = 0;

  void add(const ArrayCounters& other) {
    busy_pe_cycles += other.busy_pe_cycles;
    macs += other.macs;
    padding_macs += other.padding_macs;
  }
  ArrayCounters operator-(const ArrayCounters& other) const {
    return {busy_pe_cycles - other.busy_pe_cycles, macs - other.macs, padding_macs - other.padding_macs};
  }
};

// The PE array: one method advances all PEs over flat arrays, every core cycle. A PE waits for its weights,
// then for every token works through the steps of its unit's program as inputs arrive, then passes its
// partial sums up the column, one a cycle; the top's results leave through the output network, a flit a
// cycle, column by column in turn.
template <bool Functional>
class PeArray : public sc_core::sc_module {
 public:
  PeArray(sc_core::sc_module_name name, const LayerPlan& plan, TickScheduler& scheduler,
          Channel<FilterFlit<Functional>>& filter_flits, Channel<InputFlit<Functional>>& input_flits,
          Channel<PsumFlit<Functional>>& psums_in, Channel<PsumFlit<Functional>>& psums_out,
          Channel<PassEnd>& ends_out, PassClasses& classes, const MemoryImage* image, ActionCounts& counts);

  bool done() const { return cursor_.done() && contexts_.empty(); }
  int64_t evaluated_cycles() const { return evaluated_cycles_; }
  int active_pes() const { return active_pes_; }
  // The cycles at which passes ended, their last result having left, since the last call. Asked to, the array
  // pauses the simulation whenever there are some.
  std::vector<int64_t> take_pass_ends() { return std::exchange(pass_ends_, {}); }
  void pause_at_pass_ends() { pauses_ = true; }
  // Adds what happened in a time that was skipped.
  void add(const ArrayCounters& counters) { counters_.add(counters); }
  const ArrayCounters& counters() const { return counters_; }
  void visit(StateArchive& archive);
  std::string state() const;
  // What is traced of the array, and of a PE under this name; `pe` is row * columns + column of the chains.
  void trace(sc_core::sc_trace_file* file) const override;
  void trace_pe(sc_core::sc_trace_file* file, size_t pe, const std::string& pe_name) const;

  static constexpr int kLinkDepth = 4;       // partial sums in the FIFO between two PEs of a column
  static constexpr int kFifoFlits = 16;      // flits in the FIFOs at a column's ends

 private:
  enum class Phase : uint8_t { wait_weights, wait_inputs, compute, chain };

  // What a PE needs to know of the pass it works on, looked up once when it begins.
  struct Work {
    PassContext* context = nullptr;
    size_t first_step = 0;
    int32_t steps = 0, groups = 0, chain_psums = 0, chain_cycles = 1, busy_cycles = 1;
    int32_t leaving = 0, row_tokens = 1;
    bool top = false, finishes = false, total_in = false, psum_in = false;
    bool keeps_inputs = false, keeps_psums = false;
  };

  void tick();
  bool take_filter();
  bool take_input();
  bool take_psums();
  bool send_psums();
  void attend(size_t pe);
  bool begin_pass(size_t pe);
  void look_up_work(size_t pe);
  void begin_token(size_t pe);
  bool begin_step(size_t pe);
  void end_step(size_t pe);
  bool chain(size_t pe);
  void end_token(size_t pe);
  void next_pass(size_t pe);
  void drop_kept(size_t pe, const Pass& skipped);
  void next_column_pass(std::vector<int64_t>& passes, size_t column);
  void load_contexts();
  std::unique_ptr<PassContext> make_context(const Pass& pass, int64_t index);
  void retire_contexts();
  static bool leaves_out(const Pass& pass, size_t column) {
    return pass.keeps_psums || static_cast<int>(column) >= pass.cols();
  }
  void commit_links();
  void change_link(size_t pe, int32_t change) {
    if (link_change_[pe] == 0) links_touched_.push_back(pe);
    link_change_[pe] += change;
  }

  PassContext& context(int64_t pass) {
    return *contexts_[static_cast<size_t>(pass - contexts_.front()->index())];
  }
  bool has_context(int64_t pass) const {
    return !contexts_.empty() && pass < contexts_.front()->index() + static_cast<int64_t>(contexts_.size());
  }
  // Has a PE looked at in this cycle, if its turn has not come yet, or in the next.
  void call(size_t pe) { attention_[pe / 64] |= uint64_t{1} << (pe % 64); }
  void call_next(size_t pe) { attention_next_[pe / 64] |= uint64_t{1} << (pe % 64); }
  bool chains(size_t pe) const { return phase_[pe] == Phase::chain; }
  // The PE whose chain may use the FIFOs at a column's top, if there is one.
  std::optional<size_t> chaining_top(size_t column);
  int row_of(size_t pe) const { return row_[pe]; }
  int col_of(size_t pe) const { return col_[pe]; }

  const LayerPlan& plan_;
  TickScheduler& scheduler_;
  Channel<FilterFlit<Functional>>& filter_flits_;
  Channel<InputFlit<Functional>>& input_flits_;
  Channel<PsumFlit<Functional>>& psums_in_;
  Channel<PsumFlit<Functional>>& psums_out_;
  Channel<PassEnd>& ends_out_;
  ActionCounts& counts_;

  const int cols_;
  const size_t pes_;
  const int64_t filter_capacity_bits_;
  const int input_capacity_;   // inputs in a scratchpad
  const int column_fifo_;      // partial sums in a column's FIFOs
  const int32_t link_cycles_;  // a partial sum takes on the link between two PEs

  PassClasses& classes_;
  PassCursor cursor_;                                   // of the next context
  std::vector<std::unique_ptr<PassContext>> contexts_;  // the oldest first

  // PEs, flat: index = row * cols + column.
  PeCalendar steps_;  // the PEs in a step, by the cycle at which it ends
  std::vector<int64_t> step_ends_;
  std::vector<uint16_t> row_, col_;
  std::vector<Phase> phase_;
  std::vector<Work> work_;
  std::vector<int64_t> pass_;  // a PE's current pass
  std::vector<int32_t> token_, group_, chained_;
  std::vector<uint8_t> step_;
  std::vector<int32_t> filter_bits_;              // held in the filter scratchpad
  std::vector<int32_t> inputs_held_;              // in the input scratchpad
  std::vector<int32_t> window_;                   // of them, used and still wanted
  std::vector<int32_t> kept_bits_, kept_inputs_;  // for later passes that hold them
  std::vector<uint8_t> row_ends_;     // the token is the last of a row, after which the window is empty
  std::vector<int64_t> chain_ready_;  // cycle at which the PE may chain again
  std::vector<int32_t> link_level_;   // partial sums that wait below the PE
  std::vector<int32_t> link_change_;
  std::vector<size_t> links_touched_;
  std::vector<uint64_t> attention_, attention_next_;  // PEs to look at, a bit each

  // Columns.
  std::vector<int32_t> bottom_level_, total_level_, out_level_, out_change_, scale_level_;
  std::vector<int64_t>
      top_pass_;  // the pass whose top may fill a column's FIFO; another pass's top is another PE
  std::vector<int64_t> out_pass_;  // the pass whose results a column sends next
  std::vector<int32_t> out_token_, out_sent_;
  int64_t sending_pass_ = 0;
  int next_column_ = 0;
  bool results_formed_ = false;  // in this cycle
  bool results_wait_ = true;     // perhaps: none has come since all columns were last looked at in vain

  int64_t cycle_ = 0;
  int computing_ = 0;         // PEs in a step
  bool moved_ = false;        // something happened in this cycle
  bool chain_waits_ = false;  // a chain waits for time alone
  // The first flit of filters or inputs found no room, and none has been made since.
  bool filter_waits_ = false, input_waits_ = false;
  int64_t evaluated_cycles_ = 0;
  ArrayCounters counters_;
  int active_pes_ = 0;
  bool pauses_ = false;
  std::vector<int64_t> pass_ends_;
  std::unique_ptr<ArrayValues> values_;
};

}  // namespace eyeshift
