#include "models/machine/buffer/filter_buffer.h"

namespace eyeshift {

template <bool Functional>
FilterBuffer<Functional>::FilterBuffer(const LayerPlan& plan, ActionCounts& counts)
    : counts_(counts),
      ring_(static_cast<size_t>(plan.accelerator.glb.filter_banks * plan.accelerator.glb.bank_bytes * 8 /
                                plan.accelerator.glb.port_bits)),
      arbiter_(plan.accelerator.glb.filter_banks, 2, LoserFirst::in_next_cycle) {}

template <bool Functional>
bool FilterBuffer<Functional>::reserve(int64_t words) {
  if (reserved_ + words > static_cast<int64_t>(ring_.size())) return false;
  reserved_ += words;
  return true;
}

template <bool Functional>
typename FilterBuffer<Functional>::Moved FilterBuffer<Functional>::tick(int64_t cycle,
                                                                        const StreamWord<Functional>* in,
                                                                        Operand in_operand, bool out_ready) {
  Moved moved;
  const int64_t level = written_ - read_;
  for (int k = 0; k < 2; ++k) {
    const int client = arbiter_.client(k);
    if (client == 0 && in != nullptr && arbiter_.claim(written_, cycle, client)) {
      ring_[static_cast<size_t>(written_ % static_cast<int64_t>(ring_.size()))] = {*in, in_operand};
      moved.wrote = true;
    } else if (client == 1 && out_ready && level > 0 && arbiter_.claim(read_, cycle, client)) {
      const Entry& entry = ring_[static_cast<size_t>(read_ % static_cast<int64_t>(ring_.size()))];
      moved.word = entry.word;
      moved.read = true;
      counts_[entry.operand == Operand::weights ? Action::glb_filter_read_weights
                                                : Action::glb_filter_read_scales] += 1;
    }
  }
  if (moved.wrote) {
    ++written_;
    counts_[in_operand == Operand::weights ? Action::glb_filter_write_weights
                                           : Action::glb_filter_write_scales] += 1;
  }
  if (moved.read) {
    ++read_;
    --reserved_;
  }
  arbiter_.end_cycle();
  return moved;
}

// The words that wait, run-length coded: nearly all are full ones.
template <bool Functional>
void FilterBuffer<Functional>::visit(StateArchive& archive) {
  const auto size = static_cast<int64_t>(ring_.size());
  int64_t level = written_ - read_;
  archive.value(level);
  archive.value(reserved_);
  arbiter_.visit(archive);
  if (archive.reading()) {
    read_ = 0;
    written_ = level;
  }
  for (int64_t at = read_; at < written_;) {
    Entry entry = ring_[static_cast<size_t>(at % size)];
    int64_t run = 1;
    const auto alike = [&](const Entry& other) {
      return other.word.bits == entry.word.bits && other.operand == entry.operand;
    };
    if (!archive.reading())
      while (at + run < written_ && alike(ring_[static_cast<size_t>((at + run) % size)])) ++run;
    archive.value(run);
    entry.word.visit(archive);
    archive.value(entry.operand);
    if (archive.reading())
      for (int64_t i = at; i < at + run; ++i) ring_[static_cast<size_t>(i % size)] = entry;
    at += run;
  }
}

template <bool Functional>
std::string FilterBuffer<Functional>::state() const {
  return "filter banks: " + std::to_string(written_ - read_) + " of " + std::to_string(ring_.size()) +
         " words held, " + std::to_string(reserved_) + " reserved";
}

template class FilterBuffer<false>;
template class FilterBuffer<true>;

}  // namespace eyeshift
