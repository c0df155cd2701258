#include "models/machine/global_buffer.h"

#include <algorithm>

namespace eyeshift {

template <bool Functional>
GlobalBuffer<Functional>::GlobalBuffer(sc_core::sc_module_name name, const LayerPlan& plan,
                                       TickScheduler& scheduler, GlobalBufferPorts<Functional> ports,
                                       ActionCounts& counts)
    : sc_module(name),
      plan_(plan),
      scheduler_(scheduler),
      ports_(ports),
      counts_(counts),
      filters_(plan, counts),
      inputs_(plan, counts),
      psums_(plan, counts),
      controller_(plan),
      beats_a_burst_(int64_t{plan.accelerator.dram.burst_bytes} * 8 / plan.accelerator.dram.link_bits) {
  SC_HAS_PROCESS(GlobalBuffer);
  SC_METHOD(tick);  // initialised: its first run, at time 0, sets everything in motion
  sensitive << scheduler_.edge(Domain::core);
}

template <bool Functional>
void GlobalBuffer<Functional>::tick() {
  const int64_t cycle = TickScheduler::now() / scheduler_.ticks(Domain::core);
  bool active = request();

  const bool fills_inputs = fill_operand_ == Operand::inputs;
  const StreamWord<Functional>* waiting = fill_word_.bits > 0 ? &fill_word_ : nullptr;
  const auto filter =
      filters_.tick(cycle, fills_inputs ? nullptr : waiting, fill_operand_, !ports_.filter_words.full());
  const auto input =
      inputs_.tick(cycle, fills_inputs ? waiting : nullptr, fill_word_ends_, !ports_.input_words.full());
  const PsumFlit<Functional>* from_array =
      ports_.psums_from_array.empty() ? nullptr : &ports_.psums_from_array.front();
  const bool drain_ready = !drain_ends_ && drain_.bits() < plan_.accelerator.dram.link_bits;
  const auto psum = psums_.tick(cycle, from_array, !ports_.psums_to_array.full(), drain_ready);

  if (filter.wrote || input.wrote) fill_word_.bits = 0;
  if (filter.read) ports_.filter_words.push(filter.word);
  if (input.read) ports_.input_words.push(input.word);
  if (psum.wrote) ports_.psums_from_array.pop();
  if (psum.read) ports_.psums_to_array.push(psum.flit);
  if (psum.drained) {
    drain_.append(psum.output.payload, psum.output.bits);
    drain_ends_ = psum.output_ends_pass;
  }
  active = active || filter.wrote || filter.read || input.wrote || input.read || psum.wrote || psum.read ||
           psum.drained;
  active = send_beat() || active;
  active = take_beat() || active;
  if (active) scheduler_.wake(Domain::core);
}

// Requests one burst a cycle, if its room can be reserved.
template <bool Functional>
bool GlobalBuffer<Functional>::request() {
  if (controller_.done() || ports_.read_requests.full()) return false;
  const ReadRequest burst = controller_.next();
  if (burst.operand == Operand::inputs) {
    if (controller_.opens_operand() && !inputs_.reserve()) return false;
  } else if (!filters_.reserve(controller_.words())) {
    return false;
  }
  counts_[burst.operand == Operand::weights  ? Action::dram_read_weights
          : burst.operand == Operand::scales ? Action::dram_read_scales
                                             : Action::dram_read_inputs] +=
      plan_.accelerator.dram.burst_bytes;
  ports_.read_requests.push(burst);
  bursts_.push_back(burst);
  controller_.take();
  return true;
}

// Moves the next word of the register to its bank's port, then takes a beat of the link into the register.
// The beats behind a burst's payload are dropped; an operand's last word goes out before the next operand's
// first beat comes in.
template <bool Functional>
bool GlobalBuffer<Functional>::take_beat() {
  bool active = false;
  const int64_t port = plan_.accelerator.glb.port_bits;
  if (fill_word_.bits == 0 && (fill_.bits() >= port || (fill_ends_ && fill_.bits() > 0))) {
    fill_word_ = StreamWord<Functional>{};
    fill_word_.bits = static_cast<int32_t>(std::min(port, fill_.bits()));
    fill_.take(fill_word_.bits, fill_word_.payload);
    fill_word_ends_ = fill_ends_ && fill_.bits() == 0;
    active = true;
  }
  if (fill_ends_ && fill_.bits() == 0 && fill_word_.bits == 0) fill_ends_ = false;
  if (ports_.read_beats.empty()) return active;
  const ReadRequest& burst = bursts_.front();
  const int64_t bits = std::min<int64_t>(plan_.accelerator.dram.link_bits, burst.bits - burst_bits_);
  if (bits > 0) {
    if (fill_ends_ || fill_.bits() >= std::max<int64_t>(port, plan_.accelerator.dram.link_bits))
      return active;
    if (fill_word_.bits > 0 && fill_operand_ != burst.operand) return active;
    fill_operand_ = burst.operand;
    fill_.append(ports_.read_beats.front().payload, bits);
    burst_bits_ += bits;
    fill_ends_ = burst.last && burst_bits_ == burst.bits;
  }
  ports_.read_beats.pop();
  if (++burst_beats_ == beats_a_burst_) {
    bursts_.pop_front();
    burst_beats_ = burst_bits_ = 0;
  }
  return true;
}

// Sends a full beat, or at a pass's end what is left and then empty beats up to the end of the burst.
template <bool Functional>
bool GlobalBuffer<Functional>::send_beat() {
  const int64_t link = plan_.accelerator.dram.link_bits;
  if (ports_.write_beats.full() || (drain_.bits() < link && !drain_ends_)) return false;
  Beat<Functional> beat;
  const int64_t bits = std::min(link, drain_.bits());
  if (bits > 0) drain_.take(bits, beat.payload);
  ports_.write_beats.push(beat);
  ++written_beats_;
  counts_[Action::dram_write_outputs] += link / 8;
  if (++drain_beats_ == beats_a_burst_) drain_beats_ = 0;
  if (drain_ends_ && drain_.bits() == 0 && drain_beats_ == 0) drain_ends_ = false;
  return true;
}

template <bool Functional>
bool GlobalBuffer<Functional>::done() const {
  return controller_.done() && inputs_.done() && psums_.done() && bursts_.empty() && !drain_ends_ &&
         drain_.bits() == 0 && filters_.words_in() == filters_.words_out();
}

template <bool Functional>
std::string GlobalBuffer<Functional>::state() const {
  return controller_.state() + "\n" + filters_.state() + "\n" + inputs_.state() + "\n" + psums_.state() +
         "\nglobal buffer: " + std::to_string(bursts_.size()) + " bursts awaited, " +
         std::to_string(fill_.bits()) + " bits in the fill register, " + std::to_string(drain_.bits()) +
         " in the drain register";
}

template class GlobalBuffer<false>;
template class GlobalBuffer<true>;

}  // namespace eyeshift
