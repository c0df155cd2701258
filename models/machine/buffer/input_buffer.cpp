#include "models/machine/buffer/input_buffer.h"

#include <algorithm>

#include "base/integers.h"

namespace eyeshift {

template <bool Functional>
InputBuffer<Functional>::InputBuffer(const LayerPlan& plan, ActionCounts& counts)
    : plan_(plan),
      counts_(counts),
      slot_stride_(bank_aligned(divide_up(plan.schedule.input_slot_bits, plan.accelerator.glb.port_bits),
                                plan.schedule.input_slots, plan.schedule.input_banks, plan.accelerator)),
      slots_(static_cast<size_t>(plan.schedule.input_slots)),
      arbiter_(plan.schedule.input_banks, 2, LoserFirst::in_next_cycle),
      cursor_(plan.schedule) {
  if constexpr (Functional)
    for (Slot& each : slots_) each.words.resize(static_cast<size_t>(slot_stride_));
  start_pass();
}

template <bool Functional>
void InputBuffer<Functional>::start_pass() {
  read_word_ = 0;
  if (cursor_.done()) return;
  pass_bits_ = plan_.input_stream_bits(cursor_.pass());
  pass_words_ = divide_up(pass_bits_, plan_.accelerator.glb.port_bits);
}

template <bool Functional>
void InputBuffer<Functional>::skip_empty_passes(int64_t requested) {
  while (!cursor_.done() && pass_words_ == 0 && cursor_.index() < requested) {
    cursor_.next();
    start_pass();
  }
}

template <bool Functional>
bool InputBuffer<Functional>::reserve() {
  if (tiles_reserved_ - tiles_freed_ == static_cast<int64_t>(slots_.size())) return false;
  slot(tiles_reserved_++).filled_words = 0;
  return true;
}

template <bool Functional>
void InputBuffer<Functional>::pass_ended() {
  ++passes_ended_;
  if (tiles_freed_ < tiles_read_ && last_reader_ < passes_ended_) ++tiles_freed_;
}

template <bool Functional>
typename InputBuffer<Functional>::Moved InputBuffer<Functional>::tick(int64_t cycle,
                                                                      const StreamWord<Functional>* in,
                                                                      bool in_ends_tile, bool out_ready) {
  Moved moved;
  const bool readable = out_ready && !cursor_.done() && pass_words_ > 0 && tiles_filled_ > tiles_read_;
  for (int k = 0; k < 2; ++k) {
    const int client = arbiter_.client(k);
    if (client == 0 && in != nullptr) {
      const int64_t word = slot(tiles_filled_).filled_words;
      if (!arbiter_.claim(address(tiles_filled_, word), cycle, client)) continue;
      if constexpr (Functional) slot(tiles_filled_).words[static_cast<size_t>(word)] = *in;
      moved.wrote = true;
    } else if (client == 1 && readable && arbiter_.claim(address(tiles_read_, read_word_), cycle, client)) {
      if constexpr (Functional) moved.word = slot(tiles_read_).words[static_cast<size_t>(read_word_)];
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
      if (cursor_.pass().frees_inputs) {
        ++tiles_read_;
        last_reader_ = cursor_.index();
        if (slots_.size() > 1) ++tiles_freed_;
      }
      cursor_.next();
      start_pass();
    }
  }
  arbiter_.end_cycle();
  return moved;
}

template <bool Functional>
void InputBuffer<Functional>::visit(StateArchive& archive) {
  // Which slot comes next matters only where the slots begin at different banks.
  const bool alike = slot_stride_ % plan_.schedule.input_banks == 0;
  int64_t freed = alike ? 0 : tiles_freed_ % static_cast<int64_t>(slots_.size());
  int64_t reserved = tiles_reserved_ - tiles_freed_, filled = tiles_filled_ - tiles_freed_;
  int64_t read = tiles_read_ - tiles_freed_, passes_left = read > 0 ? last_reader_ - passes_ended_ : 0;
  for (int64_t* number : {&freed, &reserved, &filled, &read, &passes_left, &read_word_})
    archive.value(*number);
  archive.pass(passes_ended_);
  archive.cursor(cursor_);
  if (archive.reading()) {
    const int64_t read_word = read_word_;
    start_pass();
    read_word_ = read_word;
    tiles_freed_ = freed;
    tiles_reserved_ = freed + reserved;
    tiles_filled_ = freed + filled;
    tiles_read_ = freed + read;
    last_reader_ = passes_ended_ + passes_left;
  }
  for (int64_t tile = tiles_freed_; tile < tiles_reserved_; ++tile) archive.value(slot(tile).filled_words);
  arbiter_.visit(archive);
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
