#include "models/machine/noc.h"

#include <algorithm>

#include "models/pe/arithmetic.h"

namespace eyeshift {

template <bool Functional>
Noc<Functional>::Noc(sc_core::sc_module_name name, const LayerPlan& plan, TickScheduler& scheduler,
                     Channel<StreamWord<Functional>>& filter_words,
                     Channel<StreamWord<Functional>>& input_words,
                     Channel<FilterFlit<Functional>>& filter_flits,
                     Channel<InputFlit<Functional>>& input_flits, ActionCounts& counts)
    : sc_module(name),
      plan_(plan),
      scheduler_(scheduler),
      filter_words_(filter_words),
      input_words_(input_words),
      filter_flits_(filter_flits),
      input_flits_(input_flits),
      counts_(counts),
      filter_cursor_(plan.schedule),
      input_cursor_(plan.schedule) {
  start_filter_pass();
  SC_HAS_PROCESS(Noc);
  SC_METHOD(tick);
  sensitive << scheduler_.edge(Domain::core);
  dont_initialize();
}

template <bool Functional>
void Noc<Functional>::start_filter_pass() {
  filter_order_ = filter_cursor_.done() ? FlitOrder() : plan_.flit_order(filter_cursor_.pass());
}

template <bool Functional>
void Noc<Functional>::tick() {
  const auto& noc = plan_.accelerator.noc_bits;
  const bool skipped = skip_empty_passes();
  const bool filter = send_filter();
  const bool input = send_input();
  const bool filter_refill =
      refill(filter_words_, filter_queue_, std::max(noc.filter, plan_.accelerator.glb.port_bits));
  const bool input_refill =
      refill(input_words_, input_queue_, std::max(noc.input, plan_.accelerator.glb.port_bits));
  if (skipped || filter || input || filter_refill || input_refill) scheduler_.wake(Domain::core);
}

// A pass that brings no weights or no inputs is over for its network once the other network is done with it,
// so that neither looks further ahead than it must.
template <bool Functional>
bool Noc<Functional>::skip_empty_passes() {
  bool skipped = false;
  while (!filter_cursor_.done() && filter_order_.empty() && filter_cursor_.index() < input_cursor_.index()) {
    filter_cursor_.next();
    start_filter_pass();
    skipped = true;
  }
  while (!input_cursor_.done() && input_cursor_.pass().holds_inputs &&
         input_cursor_.index() < filter_cursor_.index()) {
    input_cursor_.next();
    skipped = true;
  }
  return skipped;
}

template <bool Functional>
bool Noc<Functional>::refill(Channel<StreamWord<Functional>>& words, BitQueue<Functional>& queue,
                             int64_t enough) {
  if (words.empty() || queue.bits() >= enough) return false;
  queue.append(words.front().payload, words.front().bits);
  words.pop();
  return true;
}

template <bool Functional>
bool Noc<Functional>::send_filter() {
  if (filter_order_.empty() || filter_flits_.full()) return false;
  const FilterDelivery& delivery = filter_order_.delivery();
  const int32_t bits = filter_order_.bits();
  if (filter_queue_.bits() < bits) return false;
  FilterFlit<Functional> flit;
  flit.row_first = delivery.row_first;
  flit.row_last = delivery.row_last;
  flit.set_first = delivery.set_first;
  flit.set_last = delivery.set_last;
  flit.sets = static_cast<int16_t>(filter_cursor_.pass().sets);
  flit.width = static_cast<int16_t>(filter_cursor_.pass().width);
  flit.bits = bits;
  flit.content = delivery.content;
  flit.pass = filter_cursor_.index();
  filter_queue_.take(bits, flit.payload);
  filter_flits_.push(flit);
  scheduler_.moved(Port::filter_noc);
  count_filter(flit);
  filter_order_.next();
  if (filter_order_.done()) {
    filter_cursor_.next();
    start_filter_pass();
  }
  return true;
}

template <bool Functional>
void Noc<Functional>::count_filter(const FilterFlit<Functional>& flit) {
  const int64_t pes =
      int64_t{flit.row_last - flit.row_first + 1} * (flit.set_last - flit.set_first + 1) * flit.width;
  const int64_t words = pes * words16(flit.bits);
  const bool weights = flit.content == Content::weights;
  counts_[weights ? Action::noc_filter_deliver_weights : Action::noc_filter_deliver_scales] += words;
  counts_[weights ? Action::spad_filter_write_weights : Action::spad_filter_write_scales] += words;
}

// Token by token, chunk by chunk, line by line; behind a token its scale, if it has one.
template <bool Functional>
bool Noc<Functional>::send_input() {
  if (input_cursor_.done() || input_cursor_.pass().holds_inputs || input_flits_.full()) return false;
  const Pass& pass = input_cursor_.pass();
  const bool token_scale = chunk_ == pass.chunks(token_);
  const int32_t set = token_scale ? 0 : line_ / pass.set_lines(), line = line_ - set * pass.set_lines();
  const int32_t inputs = token_scale ? 0
                                     : std::min(plan_.accelerator.noc_bits.input / plan_.input_bits,
                                                pass.chunk_inputs(set, token_, chunk_) - input_);
  const int32_t bits = token_scale ? plan_.token_scale_bits : inputs * plan_.input_bits;
  if (input_queue_.bits() < bits) return false;
  InputFlit<Functional> flit;
  // The line's diagonal: output rows j with 0 <= line - j line_step < set_rows.
  const int32_t first =
      token_scale ? line_ : std::max(0, (line - pass.set_rows + pass.line_step) / pass.line_step);
  const int32_t last = token_scale ? line_ : std::min(pass.width - 1, line / pass.line_step);
  flit.row =
      static_cast<int16_t>(token_scale ? pass.rows - 1 : set * pass.set_rows + line - first * pass.line_step);
  flit.row_step = static_cast<int16_t>(pass.line_step);
  flit.col = static_cast<int16_t>(first * pass.sets);
  flit.sets = static_cast<int16_t>(pass.sets);
  flit.width = static_cast<int16_t>(last - first + 1);
  flit.inputs = static_cast<int16_t>(inputs);
  flit.token_scale = token_scale;
  input_queue_.take(bits, flit.payload);
  input_flits_.push(flit);
  scheduler_.moved(Port::input_noc);
  const int64_t words = int64_t{flit.width} * pass.sets * words16(bits);
  counts_[Action::noc_input_deliver_inputs] += words;
  counts_[Action::spad_input_write_inputs] += words;
  input_ += inputs;
  advance_input(pass, token_scale);
  return true;
}

template <bool Functional>
void Noc<Functional>::advance_input(const Pass& pass, bool token_scale_sent) {
  if (token_scale_sent) {
    if (++line_ < pass.width) return;
  } else {
    if (input_ < pass.chunk_inputs(line_ / pass.set_lines(), token_, chunk_)) return;
    input_ = 0;
    do {
      if (++line_ == pass.lines()) {
        line_ = 0;
        ++chunk_;
      }
    } while (chunk_ < pass.chunks(token_) &&
             pass.chunk_inputs(line_ / pass.set_lines(), token_, chunk_) == 0);
    if (chunk_ < pass.chunks(token_) || plan_.scale_bits_of_token(pass) > 0) return;
  }
  chunk_ = line_ = 0;
  if (++token_ < pass.tokens) return;
  token_ = 0;
  input_cursor_.next();
}

template <bool Functional>
void Noc<Functional>::visit(StateArchive& archive) {
  filter_queue_.visit(archive);
  input_queue_.visit(archive);
  archive.cursor(filter_cursor_);
  archive.cursor(input_cursor_);
  if (archive.reading()) start_filter_pass();
  filter_order_.visit(archive);
  for (int32_t* number : {&token_, &chunk_, &line_, &input_}) archive.value(*number);
}

template <bool Functional>
std::string Noc<Functional>::state() const {
  return "noc: filter pass " + std::to_string(filter_cursor_.index()) + ", delivery " +
         std::to_string(filter_order_.at()) + " of " + std::to_string(filter_order_.deliveries()) + ", " +
         std::to_string(filter_queue_.bits()) + " bits queued; input pass " +
         std::to_string(input_cursor_.index()) + ", token " + std::to_string(token_) + ", chunk " +
         std::to_string(chunk_) + ", line " + std::to_string(line_) + ", " +
         std::to_string(input_queue_.bits()) + " bits queued";
}

template class Noc<false>;
template class Noc<true>;

}  // namespace eyeshift
