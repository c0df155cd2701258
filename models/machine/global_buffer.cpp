#include "models/machine/global_buffer.h"

#include <algorithm>

namespace eyeshift {
namespace {

// As large a share of `whole` as `part` is of `of`.
int64_t share_of(int64_t part, int64_t whole, int64_t of) {
  return part == of || whole == of ? (part == of ? whole : part) : part * whole / of;
}

}  // namespace

template <bool Functional>
GlobalBuffer<Functional>::GlobalBuffer(sc_core::sc_module_name name, const LayerPlan& plan,
                                       TickScheduler& scheduler, MemoryImage* image,
                                       GlobalBufferPorts<Functional> ports, ActionCounts& counts)
    : sc_module(name),
      plan_(plan),
      scheduler_(scheduler),
      image_(image),
      ports_(ports),
      counts_(counts),
      filters_(plan, counts),
      inputs_(plan, counts),
      psums_(plan, counts),
      controller_(plan),
      beats_a_burst_(int64_t{plan.accelerator.dram.burst_bytes} * 8 / plan.accelerator.dram.link_bits),
      fill_cursor_(plan.schedule) {
  SC_HAS_PROCESS(GlobalBuffer);
  SC_METHOD(tick);  // initialised: its first run, at time 0, sets everything in motion
  sensitive << scheduler_.edge(Domain::core);
}

template <bool Functional>
void GlobalBuffer<Functional>::tick() {
  const int64_t cycle = scheduler_.cycle();
  bool active = request();
  inputs_.skip_empty_passes(controller_.pass());

  const bool fills_inputs = fill_operand_ == Operand::inputs;
  const StreamWord<Functional>* waiting = fill_word_.bits > 0 ? &fill_word_ : nullptr;
  const auto filter =
      filters_.tick(cycle, fills_inputs ? nullptr : waiting, fill_operand_, !ports_.filter_words.full());
  const auto input =
      inputs_.tick(cycle, fills_inputs ? waiting : nullptr, fill_word_ends_, !ports_.input_words.full());
  const PsumFlit<Functional>* from_array =
      ports_.psums_from_array.empty() ? nullptr : &ports_.psums_from_array.front();
  const bool drain_ready = !drain_ends_ && stored_bits() - sent_bits_ < plan_.accelerator.dram.link_bits;
  const auto psum = psums_.tick(cycle, from_array, !ports_.psums_to_array.full(), drain_ready);

  if (filter.wrote || input.wrote) {
    fill_word_.bits = 0;
    if (fill_word_ends_) fill_ends_at_.emplace_back(fill_pass_, cycle);
  }
  if (filter.read) ports_.filter_words.push(filter.word);
  if (input.read) ports_.input_words.push(input.word);
  if (psum.wrote) {
    ports_.psums_from_array.pop();
    scheduler_.moved(Port::psum_out_noc);
  }
  if (psum.read) {
    ports_.psums_to_array.push(psum.flit);
    scheduler_.moved(Port::psum_in_noc);
  }
  if (psum.drained) drain(psum);
  active = active || filter.wrote || filter.read || input.wrote || input.read || psum.wrote || psum.read ||
           psum.drained;
  active = send_beat() || active;
  active = take_beat() || active;
  if (active) scheduler_.wake(Domain::core);
}

template <bool Functional>
bool GlobalBuffer<Functional>::request() {
  if (controller_.done() || ports_.read_requests.full() || controller_.pass() > inputs_.pass() + kPassesAhead)
    return false;
  if (controller_.empty()) {
    controller_.skip();
    return true;
  }
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

template <bool Functional>
void GlobalBuffer<Functional>::open_inputs(const ReadRequest& burst) {
  load_bits_ = burst.operand_bits;
  tile_bits_ = burst.stream_bits;
  arrived_bits_ = formed_bits_ = 0;
  if constexpr (Functional) {
    fill_cursor_.seek(burst.pass);
    tile_ = image_->inputs(fill_cursor_.pass());
  }
}

// Bits in the register, as the bursts bring them.
template <bool Functional>
int64_t GlobalBuffer<Functional>::waiting_bits() const {
  if (fill_operand_ != Operand::inputs) return fill_.bits();
  return arrived_bits_ - share_of(formed_bits_, load_bits_, tile_bits_);
}

// Moves the next word of the register to its bank's port, if all that makes it up has come.
template <bool Functional>
bool GlobalBuffer<Functional>::form_word() {
  const int64_t port = plan_.accelerator.glb.port_bits;
  if (fill_word_.bits > 0) return false;
  if (fill_operand_ != Operand::inputs) {
    if (fill_.bits() < port && !(fill_ends_ && fill_.bits() > 0)) return false;
    fill_word_ = StreamWord<Functional>{};
    fill_word_.bits = static_cast<int32_t>(std::min(port, fill_.bits()));
    fill_.take(fill_word_.bits, fill_word_.payload);
    fill_word_ends_ = fill_ends_ && fill_.bits() == 0;
    return true;
  }
  const int64_t bits = std::min(port, tile_bits_ - formed_bits_);
  if (bits == 0 || arrived_bits_ < share_of(formed_bits_ + bits, load_bits_, tile_bits_)) return false;
  fill_word_ = StreamWord<Functional>{};
  fill_word_.bits = static_cast<int32_t>(bits);
  if constexpr (Functional)
    for (int64_t done = 0; done < bits; done += 64)
      fill_word_.payload.words[static_cast<size_t>(done / 64)] =
          tile_.read(formed_bits_ + done, static_cast<int>(std::min<int64_t>(64, bits - done)));
  formed_bits_ += bits;
  fill_word_ends_ = formed_bits_ == tile_bits_;
  return true;
}

// Takes a beat of the link into the register. The beats behind a burst's payload are dropped; an operand's
// last word goes out before the next operand's first beat comes in.
template <bool Functional>
bool GlobalBuffer<Functional>::take_beat() {
  const bool active = form_word();
  const int64_t port = plan_.accelerator.glb.port_bits, link = plan_.accelerator.dram.link_bits;
  if (fill_ends_ && waiting_bits() == 0 && fill_word_.bits == 0) fill_ends_ = false;
  if (ports_.read_beats.empty()) return active;
  const ReadRequest& burst = bursts_.front();
  const int64_t bits = std::min<int64_t>(link, burst.bits - burst_bits_);
  if (bits > 0) {
    if (fill_ends_ || waiting_bits() >= std::max<int64_t>(port, link)) return active;
    if (fill_word_.bits > 0 && fill_operand_ != burst.operand) return active;
    fill_operand_ = burst.operand;
    fill_pass_ = burst.pass;
    if (burst.operand == Operand::inputs) {
      if (burst.offset == 0 && burst_bits_ == 0) open_inputs(burst);
      arrived_bits_ += bits;
    } else {
      fill_.append(ports_.read_beats.front().payload, bits);
    }
    burst_bits_ += bits;
    fill_ends_ = burst.last && burst_bits_ == burst.bits;
  }
  ports_.read_beats.pop();
  if (++burst_beats_ == beats_a_burst_) {
    bursts_.erase(bursts_.begin());
    burst_beats_ = burst_bits_ = 0;
  }
  return true;
}

template <bool Functional>
void GlobalBuffer<Functional>::drain(const typename PsumBuffer<Functional>::Moved& moved) {
  if (moved.begins != nullptr) {
    result_bits_ = moved.begins->results() * 16;
    store_bits_ = moved.begins->store_bits;
    drained_bits_ = sent_bits_ = 0;
    if constexpr (Functional) {
      drained_ = *moved.begins;
      outputs_.clear();
    }
  }
  drained_bits_ += moved.output.bits;
  drain_ends_ = moved.output_ends_pass;
  if constexpr (Functional) {
    for (int done = 0; done < moved.output.bits; done += 64)
      outputs_.append(moved.output.payload.words[static_cast<size_t>(done / 64)],
                      std::min(64, moved.output.bits - done));
    if (drain_ends_) image_->store_outputs(drained_, outputs_);
  }
}

// What the drained outputs make in DRAM.
template <bool Functional>
int64_t GlobalBuffer<Functional>::stored_bits() const {
  return share_of(drained_bits_, store_bits_, result_bits_);
}

// Sends a full beat, or at a pass's end what is left and then empty beats up to the end of the burst.
template <bool Functional>
bool GlobalBuffer<Functional>::send_beat() {
  const int64_t link = plan_.accelerator.dram.link_bits;
  if (ports_.write_beats.full() || (stored_bits() - sent_bits_ < link && !drain_ends_)) return false;
  sent_bits_ += std::min(link, stored_bits() - sent_bits_);
  ports_.write_beats.push(Beat<Functional>{});
  ++written_beats_;
  counts_[Action::dram_write_outputs] += link / 8;
  if (++drain_beats_ == beats_a_burst_) drain_beats_ = 0;
  if (drain_ends_ && sent_bits_ == store_bits_ && drain_beats_ == 0) drain_ends_ = false;
  return true;
}

template <bool Functional>
bool GlobalBuffer<Functional>::done() const {
  return controller_.done() && inputs_.done() && psums_.done() && bursts_.empty() && !drain_ends_ &&
         sent_bits_ == store_bits_ && filters_.words_in() == filters_.words_out();
}

template <bool Functional>
void GlobalBuffer<Functional>::visit(StateArchive& archive) {
  filters_.visit(archive);
  inputs_.visit(archive);
  psums_.visit(archive);
  controller_.visit(archive);
  archive.items(bursts_, [&](ReadRequest& burst) { burst.visit(archive); });
  fill_.visit(archive);
  fill_word_.visit(archive);
  archive.pass(fill_pass_);
  archive.value(fill_operand_);
  for (bool* set : {&fill_ends_, &fill_word_ends_, &drain_ends_}) archive.flag(*set);
  for (int64_t* number :
       {&burst_beats_, &burst_bits_, &load_bits_, &tile_bits_, &arrived_bits_, &formed_bits_, &result_bits_,
        &store_bits_, &drained_bits_, &sent_bits_, &drain_beats_})
    archive.value(*number);
}

template <bool Functional>
std::string GlobalBuffer<Functional>::state() const {
  return controller_.state() + "\n" + filters_.state() + "\n" + inputs_.state() + "\n" + psums_.state() +
         "\nglobal buffer: " + std::to_string(bursts_.size()) + " bursts awaited, " +
         std::to_string(waiting_bits()) + " bits in the fill register, " +
         std::to_string(stored_bits() - sent_bits_) + " in the drain register";
}

template class GlobalBuffer<false>;
template class GlobalBuffer<true>;

}  // namespace eyeshift
