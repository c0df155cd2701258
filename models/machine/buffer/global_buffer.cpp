#include "models/machine/buffer/global_buffer.h"

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
      input_requests_(plan, Fill::inputs),
      filter_requests_(plan, Fill::filters),
      beats_a_burst_(int64_t{plan.accelerator.dram.burst_bytes} * 8 / plan.accelerator.dram.link_bits),
      fill_cursor_(plan.schedule) {
  SC_HAS_PROCESS(GlobalBuffer);
  SC_METHOD(tick);  // initialised: its first run, at time 0, sets everything in motion
  sensitive << scheduler_.edge(Domain::core);
}

template <bool Functional>
void GlobalBuffer<Functional>::tick() {
  const int64_t cycle = scheduler_.cycle();
  for (; !ports_.pass_ends.empty(); ports_.pass_ends.pop()) inputs_.pass_ended();
  bool active = request();
  inputs_.skip_empty_passes(std::min(input_requests_.pass(), filter_requests_.pass()));

  const auto filter =
      filters_.tick(cycle, filter_fill_.waiting_word(), filter_fill_.operand, !ports_.filter_words.full());
  const auto input =
      inputs_.tick(cycle, input_fill_.waiting_word(), input_fill_.word_ends, !ports_.input_words.full());
  const PsumFlit<Functional>* from_array =
      ports_.psums_from_array.empty() ? nullptr : &ports_.psums_from_array.front();
  const bool drain_ready = !drain_ends_ && stored_bits() - sent_bits_ < plan_.accelerator.dram.link_bits;
  const auto psum = psums_.tick(cycle, from_array, !ports_.psums_to_array.full(), drain_ready);

  if (filter.wrote) store_word(filter_fill_, cycle);
  if (input.wrote) store_word(input_fill_, cycle);
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

// Neither controller looks further ahead than the other needs it to. The earlier pass's operands go first,
// and its inputs before its weights; where they find no room, the others may go ahead of them.
template <bool Functional>
bool GlobalBuffer<Functional>::request() {
  const int64_t end = inputs_.pass() + kPassesAhead + 1;
  while (input_requests_.skip_empty_pass(std::min(end, filter_requests_.pass() + 1)) ||
         filter_requests_.skip_empty_pass(std::min(end, input_requests_.pass() + 1))) {
  }
  if (ports_.read_requests.full()) return false;
  const bool inputs_first = input_requests_.pass() <= filter_requests_.pass();
  return request(inputs_first ? input_requests_ : filter_requests_, end) ||
         request(inputs_first ? filter_requests_ : input_requests_, end);
}

template <bool Functional>
bool GlobalBuffer<Functional>::request(TransferController& requests, int64_t end) {
  const ReadRequest burst = requests.next();
  if (burst.bits == 0 || burst.pass >= end) return false;
  if (burst.operand == Operand::inputs) {
    if (requests.opens_operand() && !inputs_.reserve()) return false;
  } else if (!filters_.reserve(requests.words())) {
    return false;
  }
  counts_[burst.operand == Operand::weights  ? Action::dram_read_weights
          : burst.operand == Operand::scales ? Action::dram_read_scales
                                             : Action::dram_read_inputs] +=
      plan_.accelerator.dram.burst_bytes;
  ports_.read_requests.push(burst);
  bursts_.push_back(burst);
  requests.take();
  return true;
}

template <bool Functional>
void GlobalBuffer<Functional>::store_word(FillRegister& fill, int64_t cycle) {
  fill.word.bits = 0;
  if (fill.word_ends) fill_ends_at_.emplace_back(fill.pass, cycle);
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

// Bits of inputs in their register, as the bursts bring them.
template <bool Functional>
int64_t GlobalBuffer<Functional>::waiting_input_bits() const {
  return arrived_bits_ - share_of(formed_bits_, load_bits_, tile_bits_);
}

// Moves the next word of weights or scales to the filter banks' port, if all that makes it up has come.
template <bool Functional>
bool GlobalBuffer<Functional>::form_filter_word() {
  const int64_t port = plan_.accelerator.glb.port_bits;
  FillRegister& fill = filter_fill_;
  if (fill.word.bits > 0 || filter_bits_.bits() == 0 || (filter_bits_.bits() < port && !fill.ends))
    return false;
  fill.word = StreamWord<Functional>{};
  fill.word.bits = static_cast<int32_t>(std::min(port, filter_bits_.bits()));
  filter_bits_.take(fill.word.bits, fill.word.payload);
  fill.word_ends = fill.ends && filter_bits_.bits() == 0;
  return true;
}

// The same for inputs, which become more words than came where they are decompressed or padded.
template <bool Functional>
bool GlobalBuffer<Functional>::form_input_word() {
  const int64_t port = plan_.accelerator.glb.port_bits;
  FillRegister& fill = input_fill_;
  const int64_t bits = std::min(port, tile_bits_ - formed_bits_);
  if (fill.word.bits > 0 || bits == 0 ||
      arrived_bits_ < share_of(formed_bits_ + bits, load_bits_, tile_bits_))
    return false;
  fill.word = StreamWord<Functional>{};
  fill.word.bits = static_cast<int32_t>(bits);
  if constexpr (Functional)
    for (int64_t done = 0; done < bits; done += 64)
      fill.word.payload.words[static_cast<size_t>(done / 64)] =
          tile_.read(formed_bits_ + done, static_cast<int>(std::min<int64_t>(64, bits - done)));
  formed_bits_ += bits;
  fill.word_ends = formed_bits_ == tile_bits_;
  return true;
}

// Takes a beat of the link into its operand's register. The beats behind a burst's payload are dropped; an
// operand's last word goes out before the first beat of the next one in the same register comes in.
template <bool Functional>
bool GlobalBuffer<Functional>::take_beat() {
  bool active = form_filter_word();
  active = form_input_word() || active;
  const auto ends = [](const FillRegister& fill, int64_t waiting_bits) {
    return fill.ends && waiting_bits == 0 && fill.word.bits == 0;
  };
  if (ends(filter_fill_, filter_bits_.bits())) filter_fill_ = FillRegister{};
  if (ends(input_fill_, waiting_input_bits())) {
    input_fill_ = FillRegister{};
    load_bits_ = tile_bits_ = arrived_bits_ = formed_bits_ = 0;
  }
  if (ports_.read_beats.empty()) return active;
  const ReadRequest& burst = bursts_.front();
  const int64_t port = plan_.accelerator.glb.port_bits, link = plan_.accelerator.dram.link_bits;
  const int64_t bits = std::min<int64_t>(link, burst.bits - burst_bits_);
  if (bits > 0) {
    const bool inputs = burst.operand == Operand::inputs;
    FillRegister& fill = inputs ? input_fill_ : filter_fill_;
    const int64_t waiting_bits = inputs ? waiting_input_bits() : filter_bits_.bits();
    if (fill.ends || waiting_bits >= std::max<int64_t>(port, link)) return active;
    fill.operand = burst.operand;
    fill.pass = burst.pass;
    if (inputs) {
      if (burst.offset == 0 && burst_bits_ == 0) open_inputs(burst);
      arrived_bits_ += bits;
    } else {
      filter_bits_.append(ports_.read_beats.front().payload, bits);
    }
    burst_bits_ += bits;
    fill.ends = burst.last && burst_bits_ == burst.bits;
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
  if (drain_ends_ && sent_bits_ == store_bits_ && drain_beats_ == 0) {
    drain_ends_ = false;
    result_bits_ = store_bits_ = drained_bits_ = sent_bits_ = 0;
  }
  return true;
}

template <bool Functional>
bool GlobalBuffer<Functional>::done() const {
  return input_requests_.done() && filter_requests_.done() && inputs_.done() && psums_.done() &&
         bursts_.empty() && !drain_ends_ && sent_bits_ == store_bits_ &&
         filters_.words_in() == filters_.words_out();
}

template <bool Functional>
void GlobalBuffer<Functional>::visit(StateArchive& archive) {
  filters_.visit(archive);
  inputs_.visit(archive);
  psums_.visit(archive);
  input_requests_.visit(archive);
  filter_requests_.visit(archive);
  archive.items(bursts_, [&](ReadRequest& burst) { burst.visit(archive); });
  input_fill_.visit(archive);
  filter_fill_.visit(archive);
  filter_bits_.visit(archive);
  archive.flag(drain_ends_);
  for (int64_t* number :
       {&burst_beats_, &burst_bits_, &load_bits_, &tile_bits_, &arrived_bits_, &formed_bits_, &result_bits_,
        &store_bits_, &drained_bits_, &sent_bits_, &drain_beats_})
    archive.value(*number);
}

template <bool Functional>
std::string GlobalBuffer<Functional>::state() const {
  return input_requests_.state() + ", " + filter_requests_.state() + "\n" + filters_.state() + "\n" +
         inputs_.state() + "\n" + psums_.state() + "\nglobal buffer: " + std::to_string(bursts_.size()) +
         " bursts awaited, " + std::to_string(waiting_input_bits()) + " bits of inputs and " +
         std::to_string(filter_bits_.bits()) + " of weights in the fill registers, " +
         std::to_string(stored_bits() - sent_bits_) + " in the drain register";
}

template class GlobalBuffer<false>;
template class GlobalBuffer<true>;

}  // namespace eyeshift
