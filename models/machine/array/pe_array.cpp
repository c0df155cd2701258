#include "models/machine/array/pe_array.h"

#include <algorithm>
#include <sstream>

#include "models/pe/arithmetic.h"

namespace eyeshift {

template <bool Functional>
PeArray<Functional>::PeArray(sc_core::sc_module_name name, const LayerPlan& plan, TickScheduler& scheduler,
                             Channel<FilterFlit<Functional>>& filter_flits,
                             Channel<InputFlit<Functional>>& input_flits,
                             Channel<PsumFlit<Functional>>& psums_in,
                             Channel<PsumFlit<Functional>>& psums_out, Channel<PassEnd>& ends_out,
                             PassClasses& classes, const MemoryImage* image, ActionCounts& counts)
    : sc_module(name),
      plan_(plan),
      scheduler_(scheduler),
      filter_flits_(filter_flits),
      input_flits_(input_flits),
      psums_in_(psums_in),
      psums_out_(psums_out),
      ends_out_(ends_out),
      counts_(counts),
      cols_(plan.schedule.cols),
      pes_(static_cast<size_t>(plan.schedule.rows * plan.schedule.cols)),
      filter_capacity_bits_(int64_t{plan.accelerator.spad_words.filter} * 16),
      input_capacity_(plan.accelerator.spad_words.input * 16 / plan.input_bits),
      column_fifo_(std::max({kFifoFlits, plan.psums_per_output}) *
                   std::max(plan.psum_word, plan.output_word)),
      link_cycles_((plan.psum_bits + plan.accelerator.noc_bits.local - 1) / plan.accelerator.noc_bits.local),
      classes_(classes),
      cursor_(plan.schedule),
      steps_(pes_),
      step_ends_(pes_, 0),
      row_(pes_, 0),
      col_(pes_, 0),
      phase_(pes_, Phase::wait_weights),
      work_(pes_),
      pass_(pes_, 0),
      token_(pes_, 0),
      group_(pes_, 0),
      chained_(pes_, 0),
      step_(pes_, 0),
      filter_bits_(pes_, 0),
      inputs_held_(pes_, 0),
      window_(pes_, 0),
      kept_bits_(pes_, 0),
      kept_inputs_(pes_, 0),
      row_ends_(pes_, 0),
      chain_ready_(pes_, 0),
      link_level_(pes_, 0),
      link_change_(pes_, 0),
      attention_((pes_ + 63) / 64, 0),
      attention_next_(attention_.size(), 0),
      bottom_level_(static_cast<size_t>(cols_), 0),
      total_level_(bottom_level_.size(), 0),
      out_level_(bottom_level_.size(), 0),
      out_change_(bottom_level_.size(), 0),
      scale_level_(bottom_level_.size(), 0),
      top_pass_(bottom_level_.size(), 0),
      out_pass_(bottom_level_.size(), 0),
      out_token_(bottom_level_.size(), 0),
      out_sent_(bottom_level_.size(), 0) {
  if constexpr (Functional) values_ = std::make_unique<ArrayValues>(plan, image->product_shift());
  for (size_t pe = 0; pe < pes_; ++pe) {
    row_[pe] = static_cast<uint16_t>(pe / static_cast<size_t>(cols_));
    col_[pe] = static_cast<uint16_t>(pe % static_cast<size_t>(cols_));
  }
  load_contexts();
  SC_HAS_PROCESS(PeArray);
  SC_METHOD(tick);
  sensitive << scheduler_.edge(Domain::core);
  dont_initialize();
}

template <bool Functional>
std::unique_ptr<PassContext> PeArray<Functional>::make_context(const Pass& pass, int64_t index) {
  auto context = std::make_unique<PassContext>(plan_, pass, index, classes_.programs(classes_.of(index)));
  steps_.reach(cycle_, context->programs().longest_step());
  return context;
}

template <bool Functional>
void PeArray<Functional>::load_contexts() {
  while (!cursor_.done() && contexts_.size() < kPassesInFlight) {
    const Pass& pass = cursor_.pass();
    contexts_.push_back(make_context(pass, cursor_.index()));
    active_pes_ = std::max(active_pes_, pass.rows * pass.cols());
    for (size_t pe = 0; pe < pes_; ++pe) {
      if (phase_[pe] != Phase::wait_weights || pass_[pe] != cursor_.index()) continue;
      if (contexts_.back()->uses(row_of(pe), col_of(pe))) {
        call(pe);
      } else {
        drop_kept(pe, pass);
        ++pass_[pe];
      }
    }
    for (size_t col = 0; col < out_pass_.size(); ++col) {
      if (!leaves_out(pass, col)) continue;
      if (top_pass_[col] == cursor_.index()) ++top_pass_[col];
      if (out_pass_[col] == cursor_.index()) ++out_pass_[col];
    }
    cursor_.next();
  }
}

template <bool Functional>
void PeArray<Functional>::retire_contexts() {
  while (!contexts_.empty() && contexts_.front()->pes_left == 0 && contexts_.front()->columns_left == 0) {
    const PassContext& context = *contexts_.front();
    const Pass& pass = context.pass();
    context.add_actions(counts_);
    const int64_t padding = pass.padded_inputs * pass.results();
    counters_.macs += context.pairs() - padding;
    counters_.padding_macs += padding;
    if (sending_pass_ == context.index()) ++sending_pass_;
    results_wait_ = true;
    contexts_.erase(contexts_.begin());
    pass_ends_.push_back(cycle_);
    ends_out_.push({});
    load_contexts();
    moved_ = true;
  }
}

template <bool Functional>
void PeArray<Functional>::tick() {
  cycle_ = scheduler_.cycle();
  ++evaluated_cycles_;
  const int64_t busy_before = counters_.busy_pe_cycles;
  moved_ = take_filter();
  moved_ = take_input() || moved_;
  moved_ = take_psums() || moved_;
  chain_waits_ = false;
  if (computing_ > 0) steps_.take(cycle_, [this](size_t pe) { end_step(pe); });
  for (size_t word = 0; word < attention_.size(); ++word) {
    uint64_t bits = attention_[word];
    attention_[word] = 0;
    for (; bits != 0; bits &= bits - 1) attend(word * 64 + static_cast<size_t>(__builtin_ctzll(bits)));
  }
  moved_ = send_psums() || moved_;
  commit_links();
  attention_.swap(attention_next_);
  retire_contexts();
  if (moved_ || computing_ > 0 || chain_waits_) scheduler_.wake(Domain::core);
  if (computing_ > 0 || chain_waits_ || counters_.busy_pe_cycles != busy_before)
    scheduler_.moved(Port::array);
  if (pauses_ && !pass_ends_.empty()) sc_core::sc_pause();
}

template <bool Functional>
bool PeArray<Functional>::take_filter() {
  if (filter_waits_ || filter_flits_.empty()) return false;
  const FilterFlit<Functional>& flit = filter_flits_.front();
  const auto for_each_pe = [&](const auto& visit) {
    for (int row = flit.row_first; row <= flit.row_last; ++row)
      for (int group = 0; group < flit.width; ++group)
        for (int set = flit.set_first; set <= flit.set_last; ++set)
          visit(static_cast<size_t>(row * cols_ + group * flit.sets + set));
  };
  bool fits = true;
  for_each_pe([&](size_t pe) { fits = fits && filter_bits_[pe] + flit.bits <= filter_capacity_bits_; });
  filter_waits_ = !fits;
  if (!fits) return false;
  for_each_pe([&](size_t pe) {
    filter_bits_[pe] += flit.bits;
    if (phase_[pe] == Phase::wait_weights) call(pe);
    if constexpr (Functional) values_->take_filter(static_cast<int>(pe), flit);
  });
  filter_flits_.pop();
  return true;
}

template <bool Functional>
bool PeArray<Functional>::take_input() {
  if (input_waits_ || input_flits_.empty()) return false;
  const InputFlit<Functional>& flit = input_flits_.front();
  if (flit.token_scale) {
    const int last = flit.col + flit.sets;
    for (int col = flit.col; col < last; ++col)
      if (scale_level_[static_cast<size_t>(col)] >= kFifoFlits) return false;
    for (int col = flit.col; col < last; ++col) {
      ++scale_level_[static_cast<size_t>(col)];
      if (const auto top = chaining_top(static_cast<size_t>(col))) call(*top);
      if constexpr (Functional) values_->take_token_scale(col, flit);
    }
    input_flits_.pop();
    return true;
  }
  // Down the diagonal: `sets` neighbours in each row.
  const auto for_each_row = [&](const auto& visit) {
    for (int group = 0; group < flit.width; ++group) {
      const auto first =
          static_cast<size_t>((flit.row - group * flit.row_step) * cols_ + flit.col + group * flit.sets);
      visit(first, first + static_cast<size_t>(flit.sets));
    }
  };
  int32_t most = 0;
  for_each_row([&](size_t first, size_t last) {
    for (size_t pe = first; pe < last; ++pe) most = std::max(most, inputs_held_[pe]);
  });
  input_waits_ = most + flit.inputs > input_capacity_;
  if (input_waits_) return false;
  for_each_row([&](size_t first, size_t last) {
    for (size_t pe = first; pe < last; ++pe) inputs_held_[pe] += flit.inputs;
    for (size_t pe = first; pe < last; ++pe) {
      if (phase_[pe] == Phase::wait_inputs) call(pe);
      if constexpr (Functional) values_->take_input(static_cast<int>(pe), flit);
    }
  });
  input_flits_.pop();
  return true;
}

template <bool Functional>
bool PeArray<Functional>::take_psums() {
  if (psums_in_.empty()) return false;
  const PsumFlit<Functional>& flit = psums_in_.front();
  const auto column = static_cast<size_t>(flit.col);
  const bool partial = flit.kind == PsumKind::partial;
  int32_t& level = (partial ? bottom_level_ : total_level_)[column];
  if (level + flit.count > column_fifo_) return false;
  level += flit.count;
  if (partial && chains(column)) call(column);
  if (!partial)
    if (const auto top = chaining_top(column)) call(*top);
  if constexpr (Functional) values_->take_psums(flit);
  psums_in_.pop();
  return true;
}

// One flit of the oldest pass whose results have not all left, from the columns in turn.
template <bool Functional>
bool PeArray<Functional>::send_psums() {
  while (has_context(sending_pass_) && context(sending_pass_).pass().keeps_psums) ++sending_pass_;
  if (!results_wait_ || psums_out_.full() || !has_context(sending_pass_)) return false;
  PassContext& context = this->context(sending_pass_);
  const Pass& pass = context.pass();
  const bool totals = plan_.finishes && pass.ends_group;
  const int cols = pass.cols();
  for (int k = 0; k < cols; ++k) {
    int col = next_column_ + k;
    if (col >= cols) col -= cols;
    const auto column = static_cast<size_t>(col);
    if (out_pass_[column] != sending_pass_) continue;
    const int32_t values = totals ? pass.outputs_of(col) : context.programs().chain_psums(col);
    const int32_t count =
        std::min(pass.output ? plan_.output_word : plan_.psum_word, values - out_sent_[column]);
    if (out_level_[column] < count) continue;
    PsumFlit<Functional> flit;
    if constexpr (Functional) flit = values_->take_output(col, count);
    flit.col = static_cast<int16_t>(col);
    flit.count = static_cast<int16_t>(count);
    flit.kind = pass.output ? PsumKind::output : totals ? PsumKind::total : PsumKind::partial;
    flit.pass = sending_pass_;
    psums_out_.push(flit);
    out_level_[column] -= count;
    if (const auto top = chaining_top(column)) call_next(*top);
    next_column_ = col + 1 == cols ? 0 : col + 1;
    if ((out_sent_[column] += count) == values) {
      out_sent_[column] = 0;
      if (++out_token_[column] == pass.tokens) {
        out_token_[column] = 0;
        next_column_pass(out_pass_, column);
        if (--context.columns_left == 0) {
          ++sending_pass_;
          next_column_ = 0;
        }
      }
    }
    return true;
  }
  results_wait_ = false;
  return false;
}

// Moves a column on to the next pass that uses it.
template <bool Functional>
void PeArray<Functional>::next_column_pass(std::vector<int64_t>& passes, size_t column) {
  do ++passes[column];
  while (has_context(passes[column]) && leaves_out(context(passes[column]).pass(), column));
}

template <bool Functional>
std::optional<size_t> PeArray<Functional>::chaining_top(size_t column) {
  if (!has_context(top_pass_[column])) return std::nullopt;
  const int top_row = context(top_pass_[column]).pass().rows - 1;
  const size_t pe = static_cast<size_t>(top_row * cols_) + column;
  return chains(pe) ? std::optional<size_t>(pe) : std::nullopt;
}

// What chains moved shows from the next cycle on.
template <bool Functional>
void PeArray<Functional>::commit_links() {
  for (const size_t pe : links_touched_) {
    const int32_t change = std::exchange(link_change_[pe], 0);
    link_level_[pe] += change;
    const size_t below = pe - static_cast<size_t>(cols_);
    if (change > 0 && chains(pe)) call_next(pe);
    if (change < 0 && chains(below)) call_next(below);
  }
  links_touched_.clear();
  if (!std::exchange(results_formed_, false)) return;
  results_wait_ = true;
  for (size_t col = 0; col < out_level_.size(); ++col) out_level_[col] += std::exchange(out_change_[col], 0);
}

template <bool Functional>
void PeArray<Functional>::visit(StateArchive& archive) {
  if (archive.reading()) steps_.clear();
  archive.cursor(cursor_);
  archive.items(contexts_, [&](std::unique_ptr<PassContext>& context) {
    int64_t index = context == nullptr ? 0 : context->index();
    archive.pass(index);
    if (archive.reading()) {
      PassCursor at(plan_.schedule);
      at.seek(index);
      context = make_context(at.pass(), index);
    }
    context->visit(archive);
  });
  archive.values(phase_);
  archive.values(step_);
  archive.values(row_ends_);
  archive.values(attention_);
  for (auto* numbers :
       {&token_, &group_, &chained_, &filter_bits_, &inputs_held_, &window_, &kept_bits_, &kept_inputs_,
        &link_level_, &bottom_level_, &total_level_, &out_level_, &scale_level_, &out_token_, &out_sent_})
    archive.values(*numbers);
  for (auto* passes : {&pass_, &top_pass_, &out_pass_}) archive.passes(*passes);
  for (auto* cycles : {&step_ends_, &chain_ready_})
    for (int64_t& cycle : *cycles) archive.cycle_ahead(cycle);
  archive.pass(sending_pass_);
  archive.value(next_column_);
  archive.value(computing_);
  if (!archive.reading()) return;
  results_wait_ = true;
  filter_waits_ = input_waits_ = false;
  for (size_t pe = 0; pe < pes_; ++pe) {
    if (phase_[pe] != Phase::wait_weights) look_up_work(pe);
    if (phase_[pe] == Phase::compute) steps_.add(pe, step_ends_[pe]);
  }
}

template <bool Functional>
std::string PeArray<Functional>::state() const {
  static const char* const names[] = {"waits for weights", "waits for inputs", "computes", "chains"};
  std::ostringstream out;
  out << "array: " << contexts_.size() << " passes in flight, results of pass " << sending_pass_ << " leave";
  if (!filter_flits_.empty())
    out << "; a flit of " << filter_flits_.front().bits << " filter bits for PEs from "
        << filter_flits_.front().row_first << "," << filter_flits_.front().set_first << " waits for one of "
        << filter_capacity_bits_ << " bits";
  if (!input_flits_.empty())
    out << "; a flit of " << input_flits_.front().inputs << " inputs for row " << input_flits_.front().row
        << " waits for scratchpads of " << input_capacity_;
  if (!psums_in_.empty()) out << "; a flit of partial sums for column " << psums_in_.front().col << " waits";
  out << '\n';
  for (size_t pe = 0; pe < pes_; ++pe)
    out << "  pe " << row_of(pe) << "," << col_of(pe) << ": pass " << pass_[pe] << " token " << token_[pe]
        << " group " << group_[pe] << ' ' << names[static_cast<int>(phase_[pe])] << ", " << filter_bits_[pe]
        << " filter bits, " << inputs_held_[pe] << " inputs, " << chained_[pe] << " chained, "
        << link_level_[pe] << " wait below\n";
  return out.str();
}

template class PeArray<false>;
template class PeArray<true>;

}  // namespace eyeshift
