#include "models/machine/buffer/psum_buffer.h"

#include <algorithm>

#include "base/integers.h"
#include "models/pe/arithmetic.h"

namespace eyeshift {

template <bool Functional>
PsumBuffer<Functional>::PsumBuffer(const LayerPlan& plan, ActionCounts& counts)
    : plan_(plan),
      counts_(counts),
      tile_stride_(bank_aligned(divide_up(plan.schedule.psum_tile_bits, plan.accelerator.glb.port_bits),
                                plan.schedule.psum_tiles, plan.schedule.psum_banks, plan.accelerator)),
      arbiter_(plan.schedule.psum_banks, 3, LoserFirst::in_next_conflict),
      write_cursor_(plan.schedule),
      read_cursor_(plan.schedule),
      drain_cursor_(plan.schedule),
      written_(static_cast<size_t>(plan.schedule.cols), 0) {
  if constexpr (Functional)
    values_.resize(static_cast<size_t>(tile_stride_ * plan.schedule.psum_tiles *
                                       std::max(plan.psum_word, plan.output_word)));
  start_write_pass();
  skip_passes();
}

template <bool Functional>
int PsumBuffer<Functional>::words_of(const Pass& pass, int col, PsumKind kind) const {
  return kind == PsumKind::partial ? plan_.partial_words(pass, col)
         : kind == PsumKind::total ? plan_.total_words(pass, col)
                                   : plan_.output_words(pass, col);
}

// A row of words a column and token: partial sums, then totals. An output's word takes the place of partial
// sums that the array has taken before it could form the output.
template <bool Functional>
int64_t PsumBuffer<Functional>::address(const Pass& pass, int col, PsumKind kind, int64_t word) const {
  const int words = words_of(pass, col, kind);
  const int64_t row = (int64_t{col} * pass.tokens + word / words) * plan_.psum_row_words(pass.p);
  return pass.psum_tile * tile_stride_ + row + (kind == PsumKind::total ? plan_.partial_words(pass, 0) : 0) +
         word % words;
}

template <bool Functional>
void PsumBuffer<Functional>::start_write_pass() {
  while (!write_cursor_.done() && write_cursor_.pass().keeps_psums) write_cursor_.next();
  std::fill(written_.begin(), written_.end(), 0);
  words_left_ = 0;
  if (write_cursor_.done()) return;
  const Pass& pass = write_cursor_.pass();
  for (int col = 0; col < pass.cols(); ++col)
    words_left_ += int64_t{pass.tokens} * words_of(pass, col, result_kind(pass));
}

// Past passes without reads and outputs, but no further than results may soon be: nobody depends on passes
// that lie far ahead.
template <bool Functional>
void PsumBuffer<Functional>::skip_passes() {
  while (!read_cursor_.done() && !read_cursor_.pass().psum_in && !read_cursor_.pass().total_in &&
         read_cursor_.index() < write_cursor_.index() + kPassesInFlight)
    read_cursor_.next();
  while (!drain_cursor_.done() && !drain_cursor_.pass().output &&
         drain_cursor_.index() < write_cursor_.index())
    drain_cursor_.next();
}

// Whether a pass has written so many words of a column.
template <bool Functional>
bool PsumBuffer<Functional>::written(int64_t pass, int col, int64_t words) const {
  return pass < write_cursor_.index() ||
         (pass == write_cursor_.index() && written_[static_cast<size_t>(col)] >= words);
}

template <bool Functional>
bool PsumBuffer<Functional>::write(int64_t cycle, int client, const PsumFlit<Functional>& flit) {
  const Pass& pass = write_cursor_.pass();
  if (flit.pass != write_cursor_.index())
    throw InternalError("partial sums left the array out of pass order");
  if (pass.output_back > 0 && drain_cursor_.index() <= flit.pass - pass.output_back) {
    if (blocked_since_ < 0) blocked_since_ = cycle;
    return false;
  }
  if (blocked_since_ >= 0) blocked_cycles_ += cycle - blocked_since_;
  blocked_since_ = -1;
  int32_t& at = written_[static_cast<size_t>(flit.col)];
  const int64_t word = address(pass, flit.col, flit.kind, at);
  if (!arbiter_.claim(word, cycle, client)) return false;
  if constexpr (Functional)
    for (int i = 0; i < flit.count; ++i) value(word, i) = flit.payload.values[static_cast<size_t>(i)];
  ++at;
  counts_[pass.output ? Action::glb_shared_write_outputs : Action::glb_shared_write_psums] += 1;
  counts_[pass.output ? Action::noc_psum_out_deliver_outputs : Action::noc_psum_out_deliver_psums] +=
      words16(int64_t{flit.count} * (pass.output ? 16 : plan_.psum_bits));
  if (--words_left_ == 0) {
    write_cursor_.next();
    start_write_pass();
  }
  return true;
}

// A column's words come in an order in which neither its bottom nor its top can wait for the other: as many
// words of partial sums as make up a word of totals, then that one.
template <bool Functional>
bool PsumBuffer<Functional>::read(int64_t cycle, int client, PsumFlit<Functional>& flit) {
  if (read_cursor_.done()) return false;
  const Pass& pass = read_cursor_.pass();
  if (!pass.psum_in && !pass.total_in) return false;
  if (read_cursor_.index() >= write_cursor_.index() + kPassesInFlight) return false;
  const int col = read_at_.col;
  const int partials = pass.psum_in ? plan_.partial_words(pass, col) : 0;
  const int totals = pass.total_in ? plan_.total_words(pass, col) : 0;
  const bool partial_next =
      read_at_.partial < partials &&
      (read_at_.total == totals || read_at_.partial < (read_at_.total + 1) * plan_.psums_per_output);
  flit.kind = partial_next ? PsumKind::partial : PsumKind::total;
  flit.col = static_cast<int16_t>(col);
  flit.pass = read_cursor_.index();
  int32_t& at = partial_next ? read_at_.partial : read_at_.total;
  const int64_t index = int64_t{read_at_.token} * (partial_next ? partials : totals) + at;
  if (!written(flit.pass - (partial_next ? pass.psum_back : pass.total_back), col, index + 1)) return false;
  const int64_t word = address(pass, col, flit.kind, index);
  if (!arbiter_.claim(word, cycle, client)) return false;
  const int psums = partial_next ? plan_.psums_of(pass, col) : pass.outputs_of(col);
  flit.count = static_cast<int16_t>(std::min(plan_.psum_word, psums - at * plan_.psum_word));
  if constexpr (Functional)
    for (int i = 0; i < flit.count; ++i) flit.payload.values[static_cast<size_t>(i)] = value(word, i);
  ++at;
  counts_[Action::glb_shared_read_psums] += 1;
  counts_[Action::noc_psum_in_deliver_psums] += words16(int64_t{flit.count} * plan_.psum_bits);
  if (read_at_.partial == partials && read_at_.total == totals) finish_read_pass();
  return true;
}

// Of a column and token; then of the token, then of the pass.
template <bool Functional>
void PsumBuffer<Functional>::finish_read_pass() {
  const Pass& pass = read_cursor_.pass();
  read_at_.partial = read_at_.total = 0;
  if (++read_at_.col < pass.cols()) return;
  read_at_.col = 0;
  if (++read_at_.token < pass.tokens) return;
  read_at_.token = 0;
  read_cursor_.next();
}

template <bool Functional>
bool PsumBuffer<Functional>::drain(int64_t cycle, int client, Moved& moved) {
  if (drain_cursor_.done() || !drain_cursor_.pass().output) return false;
  const Pass& pass = drain_cursor_.pass();
  const int col = drain_at_.col;
  const int64_t index = int64_t{drain_at_.token} * plan_.output_words(pass, col) + drain_at_.total;
  if (!written(drain_cursor_.index(), col, index + 1)) return false;
  const int64_t word = address(pass, col, PsumKind::output, index);
  if (!arbiter_.claim(word, cycle, client)) return false;
  if (index == 0 && col == 0) {
    drained_ = pass;
    moved.begins = &drained_;
  }
  StreamWord<Functional>& output = moved.output;
  const int count = std::min(plan_.output_word, pass.outputs_of(col) - drain_at_.total * plan_.output_word);
  output.bits = count * 16;
  if constexpr (Functional)
    for (int i = 0; i < count; ++i)
      output.payload.words[static_cast<size_t>(i / 4)] |= uint64_t{plan_.unit.output_bits(value(word, i))}
                                                          << (i % 4 * 16);
  counts_[Action::glb_shared_read_outputs] += 1;
  if (++drain_at_.total == plan_.output_words(pass, col)) {
    drain_at_.total = 0;
    if (++drain_at_.col == pass.cols()) {
      drain_at_.col = 0;
      if (++drain_at_.token == pass.tokens) {
        drain_at_.token = 0;
        moved.output_ends_pass = true;
        drain_cursor_.next();
      }
    }
  }
  return true;
}

template <bool Functional>
typename PsumBuffer<Functional>::Moved PsumBuffer<Functional>::tick(int64_t cycle,
                                                                    const PsumFlit<Functional>* in,
                                                                    bool out_ready, bool drain_ready) {
  Moved moved;
  skip_passes();
  for (int k = 0; k < 3; ++k) {
    const int client = arbiter_.client(k);
    if (client == 0 && in != nullptr)
      moved.wrote = write(cycle, client, *in);
    else if (client == 1 && out_ready)
      moved.read = read(cycle, client, moved.flit);
    else if (client == 2 && drain_ready)
      moved.drained = drain(cycle, client, moved);
  }
  arbiter_.end_cycle();
  return moved;
}

template <bool Functional>
void PsumBuffer<Functional>::visit(StateArchive& archive) {
  for (PassCursor* cursor : {&write_cursor_, &read_cursor_, &drain_cursor_}) archive.cursor(*cursor);
  archive.values(written_);
  archive.value(words_left_);
  for (Position* at : {&read_at_, &drain_at_})
    for (int32_t* number : {&at->token, &at->col, &at->partial, &at->total}) archive.value(*number);
  bool blocked = blocked_since_ >= 0;
  archive.flag(blocked);
  if (blocked) archive.cycle(blocked_since_);
  if (!blocked) blocked_since_ = -1;
  arbiter_.visit(archive);
}

template <bool Functional>
std::string PsumBuffer<Functional>::state() const {
  return "psum banks: pass " + std::to_string(write_cursor_.index()) + " being written, " +
         std::to_string(words_left_) + " words left; pass " + std::to_string(read_cursor_.index()) +
         " read up to token " + std::to_string(read_at_.token) + ", column " + std::to_string(read_at_.col) +
         "; pass " + std::to_string(drain_cursor_.index()) + " drained up to token " +
         std::to_string(drain_at_.token) + ", column " + std::to_string(drain_at_.col);
}

template class PsumBuffer<false>;
template class PsumBuffer<true>;

}  // namespace eyeshift
