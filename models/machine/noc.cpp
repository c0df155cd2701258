#include "models/machine/noc.h"

#include <algorithm>

#include "models/units/arithmetic.h"

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
  delivery_ = 0;
  delivered_bits_ = 0;
  deliveries_.clear();
  if (!filter_cursor_.done())
    deliveries_ = plan_.unit.deliveries(plan_.schedule.encoding, plan_.accelerator, filter_cursor_.pass());
}

template <bool Functional>
void Noc<Functional>::tick() {
  const auto& noc = plan_.accelerator.noc_bits;
  const bool filter = send_filter();
  const bool input = send_input();
  const bool filter_refill =
      refill(filter_words_, filter_queue_, std::max(noc.filter, plan_.accelerator.glb.port_bits));
  const bool input_refill =
      refill(input_words_, input_queue_, std::max(noc.input, plan_.accelerator.glb.port_bits));
  if (filter || input || filter_refill || input_refill) scheduler_.wake(Domain::core);
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
  if (filter_cursor_.done() || filter_flits_.full()) return false;
  const FilterDelivery& delivery = deliveries_[delivery_];
  const int32_t bits = std::min(plan_.accelerator.noc_bits.filter, delivery.bits - delivered_bits_);
  if (filter_queue_.bits() < bits) return false;
  FilterFlit<Functional> flit;
  flit.row_first = delivery.row_first;
  flit.row_last = delivery.row_last;
  flit.col_first = delivery.col_first;
  flit.col_last = delivery.col_last;
  flit.bits = bits;
  flit.content = delivery.content;
  flit.pass = filter_cursor_.index();
  filter_queue_.take(bits, flit.payload);
  filter_flits_.push(flit);
  filter_meter_.add(1);
  count_filter(flit);
  delivered_bits_ += bits;
  if (delivered_bits_ == delivery.bits) {
    delivered_bits_ = 0;
    if (++delivery_ == deliveries_.size()) {
      filter_cursor_.next();
      filter_meter_.next_pass();
      start_filter_pass();
    }
  }
  return true;
}

template <bool Functional>
void Noc<Functional>::count_filter(const FilterFlit<Functional>& flit) {
  const int64_t pes = int64_t{flit.row_last - flit.row_first + 1} * (flit.col_last - flit.col_first + 1);
  const int64_t words = pes * words16(flit.bits);
  const bool weights = flit.content == Content::weights;
  counts_[weights ? Action::noc_filter_deliver_weights : Action::noc_filter_deliver_scales] += words;
  counts_[weights ? Action::spad_filter_write_weights : Action::spad_filter_write_scales] += words;
}

// Token by token, chunk by chunk, row by row; behind a token its scale, if it has one.
template <bool Functional>
bool Noc<Functional>::send_input() {
  if (input_cursor_.done() || input_flits_.full()) return false;
  const Pass& pass = input_cursor_.pass();
  const bool token_scale = chunk_ == pass.input_chunks();
  const int32_t inputs = token_scale ? 0
                                     : std::min(plan_.accelerator.noc_bits.input / plan_.input_bits,
                                                pass.chunk_inputs(row_, chunk_) - input_);
  const int32_t bits = token_scale ? plan_.token_scale_bits : inputs * plan_.input_bits;
  if (input_queue_.bits() < bits) return false;
  InputFlit<Functional> flit;
  flit.row = static_cast<int16_t>(token_scale ? pass.rows - 1 : row_);
  flit.cols = static_cast<int16_t>(pass.cols);
  flit.inputs = static_cast<int16_t>(inputs);
  flit.token_scale = token_scale;
  input_queue_.take(bits, flit.payload);
  input_flits_.push(flit);
  input_meter_.add(1);
  counts_[Action::noc_input_deliver_inputs] += pass.cols * words16(bits);
  counts_[Action::spad_input_write_inputs] += pass.cols * words16(bits);
  input_ += inputs;
  advance_input(pass, token_scale);
  return true;
}

template <bool Functional>
void Noc<Functional>::advance_input(const Pass& pass, bool token_scale_sent) {
  if (!token_scale_sent) {
    if (input_ < pass.chunk_inputs(row_, chunk_)) return;
    input_ = 0;
    do {
      if (++row_ == pass.rows) {
        row_ = 0;
        ++chunk_;
      }
    } while (chunk_ < pass.input_chunks() && pass.chunk_inputs(row_, chunk_) == 0);
    if (chunk_ < pass.input_chunks() || plan_.scale_bits_of_token(pass) > 0) return;
  }
  chunk_ = 0;
  if (++token_ < pass.tokens) return;
  token_ = 0;
  input_cursor_.next();
  input_meter_.next_pass();
}

template <bool Functional>
std::string Noc<Functional>::state() const {
  return "noc: filter pass " + std::to_string(filter_cursor_.index()) + ", delivery " +
         std::to_string(delivery_) + " of " + std::to_string(deliveries_.size()) + ", " +
         std::to_string(filter_queue_.bits()) + " bits queued; input pass " +
         std::to_string(input_cursor_.index()) + ", token " + std::to_string(token_) + ", chunk " +
         std::to_string(chunk_) + ", row " + std::to_string(row_) + ", " +
         std::to_string(input_queue_.bits()) + " bits queued";
}

template class Noc<false>;
template class Noc<true>;

}  // namespace eyeshift
