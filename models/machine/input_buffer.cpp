#include "models/machine/input_buffer.h"

#include <algorithm>

namespace eyeshift {

template <bool Functional>
InputBuffer<Functional>::InputBuffer(const LayerPlan& plan, ActionCounts& counts)
    : plan_(plan),
      counts_(counts),
      slot_words_((plan.schedule.input_slot_bits + plan.accelerator.glb.port_bits - 1) /
                  plan.accelerator.glb.port_bits),
      slots_(static_cast<size_t>(plan.schedule.input_slots)),
      arbiter_(plan.schedule.input_banks, 2),
      cursor_(plan.schedule) {
  if constexpr (Functional)
    for (Slot& each : slots_) each.words.resize(static_cast<size_t>(slot_words_));
  start_pass();
}

template <bool Functional>
void InputBuffer<Functional>::start_pass() {
  read_word_ = 0;
  if (cursor_.done()) return;
  pass_bits_ = plan_.input_stream_bits(cursor_.pass());
  pass_words_ = (pass_bits_ + plan_.accelerator.glb.port_bits - 1) / plan_.accelerator.glb.port_bits;
}

template <bool Functional>
bool InputBuffer<Functional>::reserve() {
  if (tiles_reserved_ - tiles_freed_ == static_cast<int64_t>(slots_.size())) return false;
  slot(tiles_reserved_++).filled_words = 0;
  return true;
}

template <bool Functional>
typename InputBuffer<Functional>::Moved InputBuffer<Functional>::tick(int64_t cycle,
                                                                      const StreamWord<Functional>* in,
                                                                      bool in_ends_tile, bool out_ready) {
  Moved moved;
  const bool readable = out_ready && !cursor_.done() && tiles_reserved_ > tiles_freed_ &&
                        slot(tiles_freed_).filled_words > read_word_;
  for (int k = 0; k < 2; ++k) {
    const int client = arbiter_.client(k);
    if (client == 0 && in != nullptr) {
      const int64_t word = slot(tiles_filled_).filled_words;
      if (!arbiter_.claim(address(tiles_filled_, word), cycle, client)) continue;
      if constexpr (Functional) slot(tiles_filled_).words[static_cast<size_t>(word)] = *in;
      moved.wrote = true;
    } else if (client == 1 && readable && arbiter_.claim(address(tiles_freed_, read_word_), cycle, client)) {
      if constexpr (Functional) moved.word = slot(tiles_freed_).words[static_cast<size_t>(read_word_)];
      moved.word.bits = static_cast<int32_t>(std::min<int64_t>(
          plan_.accelerator.glb.port_bits, pass_bits_ - read_word_ * plan_.accelerator.glb.port_bits));
      moved.read = true;
    }
  }
  if (moved.wrote) {
    ++slot(tiles_filled_).filled_words;
    if (in_ends_tile) ++tiles_filled_;
    counts_[Action::glb_shared_write_inputs] += 1;
  }
  if (moved.read) {
    counts_[Action::glb_shared_read_inputs] += 1;
    if (++read_word_ == pass_words_) {
      if (cursor_.pass().frees_inputs) ++tiles_freed_;
      cursor_.next();
      start_pass();
    }
  }
  arbiter_.end_cycle();
  return moved;
}

template <bool Functional>
std::string InputBuffer<Functional>::state() const {
  return "input banks: " + std::to_string(tiles_reserved_) + " tiles requested, " +
         std::to_string(tiles_filled_) + " filled, " + std::to_string(tiles_freed_) + " freed; pass " +
         std::to_string(cursor_.index()) + " read up to word " + std::to_string(read_word_) + " of " +
         std::to_string(pass_words_);
}

template class InputBuffer<false>;
template class InputBuffer<true>;

}  // namespace eyeshift
