#include "models/machine/dram.h"

#include <algorithm>
#include <sstream>

namespace eyeshift {

template <bool Functional>
Dram<Functional>::Dram(sc_core::sc_module_name name, const LayerPlan& plan, TickScheduler& scheduler,
                       MemoryImage* image, Channel<ReadRequest>& requests,
                       Channel<Beat<Functional>>& read_beats, Channel<Beat<Functional>>& write_beats)
    : sc_module(name),
      plan_(plan),
      scheduler_(scheduler),
      image_(image),
      requests_(requests),
      read_beats_(read_beats),
      write_beats_(write_beats),
      beats_a_burst_(int64_t{plan.accelerator.dram.burst_bytes} * 8 / plan.accelerator.dram.link_bits),
      read_cursor_(plan.schedule) {
  SC_HAS_PROCESS(Dram);
  SC_METHOD(tick);
  sensitive << scheduler_.edge(Domain::dram);
  dont_initialize();
}

template <bool Functional>
void Dram<Functional>::tick() {
  take_request();
  if (read_beats_left_ == 0 && write_beats_left_ == 0 && !start_burst()) {
    if (!bursts_.empty()) {
      const int64_t ticks = scheduler_.ticks(Domain::dram);
      scheduler_.wake_in(Domain::dram,
                         std::max<int64_t>(1, (bursts_.front().ready_tick - scheduler_.now()) / ticks));
    }
    if (!requests_.empty()) scheduler_.wake(Domain::dram);
    return;
  }
  if (write_beats_left_ > 0)
    take_write_beat();
  else if (!read_beats_.full())
    send_read_beat();
  else
    return;  // the consumer's pop wakes this domain
  scheduler_.wake(Domain::dram);
}

template <bool Functional>
void Dram<Functional>::take_request() {
  if (requests_.empty() || bursts_.size() == kOutstandingBursts) return;
  const int64_t latency = plan_.accelerator.dram.latency_cycles * scheduler_.ticks(Domain::dram);
  bursts_.push_back({requests_.front(), scheduler_.now() + latency});
  requests_.pop();
}

template <bool Functional>
bool Dram<Functional>::start_burst() {
  const bool can_read = !bursts_.empty() && bursts_.front().ready_tick <= scheduler_.now();
  const bool can_write = static_cast<int64_t>(write_beats_.size()) >= beats_a_burst_;
  if (!can_read && !can_write) return false;
  if (can_write && (write_next_ || !can_read))
    write_beats_left_ = beats_a_burst_;
  else
    read_beats_left_ = beats_a_burst_;
  write_next_ = read_beats_left_ > 0;
  return true;
}

template <bool Functional>
void Dram<Functional>::send_read_beat() {
  Beat<Functional> beat;
  const ReadRequest& request = bursts_.front().request;
  if (Functional && request.operand != Operand::inputs) {
    if (read_beats_left_ == beats_a_burst_) fetch(request);
    const int64_t bits = std::min<int64_t>(plan_.accelerator.dram.link_bits, operand_end_ - operand_at_);
    if constexpr (Functional)
      for (int64_t done = 0; done < bits; done += 64)
        beat.payload.words[static_cast<size_t>(done / 64)] =
            operand_.read(operand_at_ + done, static_cast<int>(std::min<int64_t>(64, bits - done)));
    operand_at_ += bits;
  }
  read_beats_.push(beat);
  scheduler_.moved(request.operand == Operand::weights  ? Port::dram_read_weights
                   : request.operand == Operand::scales ? Port::dram_read_scales
                                                        : Port::dram_read_inputs);
  if (--read_beats_left_ == 0) bursts_.erase(bursts_.begin());
}

template <bool Functional>
void Dram<Functional>::fetch(const ReadRequest& request) {
  while (read_cursor_.index() < request.pass) read_cursor_.next();
  if (operand_.size() == 0 || fetched_.pass != request.pass || fetched_.operand != request.operand) {
    const Pass& pass = read_cursor_.pass();
    operand_ = request.operand == Operand::weights ? image_->weights(pass) : image_->scales(pass);
    fetched_ = request;
  }
  operand_at_ = request.offset;
  operand_end_ = request.offset + request.bits;
  if (operand_end_ > operand_.size())
    throw InternalError("DRAM read of pass " + std::to_string(request.pass) + " ends at bit " +
                        std::to_string(operand_end_) + " of an operand of " +
                        std::to_string(operand_.size()));
}

template <bool Functional>
void Dram<Functional>::take_write_beat() {
  write_beats_.pop();
  scheduler_.moved(Port::dram_write_outputs);
  --write_beats_left_;
  ++written_beats_;
  last_write_tick_ = scheduler_.now();
}

template <bool Functional>
void Dram<Functional>::visit(StateArchive& archive) {
  archive.items(bursts_, [&](Burst& burst) {
    burst.request.visit(archive);
    archive.tick(burst.ready_tick);
  });
  archive.value(read_beats_left_);
  archive.value(write_beats_left_);
  archive.flag(write_next_);
}

template <bool Functional>
std::string Dram<Functional>::state() const {
  std::ostringstream out;
  out << "dram: " << bursts_.size() << " bursts outstanding, " << read_beats_left_ << " read and "
      << write_beats_left_ << " write beats left on the link, " << requests_.size() << " requests and "
      << write_beats_.size() << " write beats waiting";
  return out.str();
}

template class Dram<false>;
template class Dram<true>;

}  // namespace eyeshift
