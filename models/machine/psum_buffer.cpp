#include "models/machine/psum_buffer.h"

#include <algorithm>

#include "models/units/arithmetic.h"

namespace eyeshift {

template <bool Functional>
PsumBuffer<Functional>::PsumBuffer(const LayerPlan& plan, ActionCounts& counts)
    : plan_(plan),
      counts_(counts),
      tile_words_((plan.schedule.psum_tile_bits + plan.accelerator.glb.port_bits - 1) /
                  plan.accelerator.glb.port_bits),
      streams_(static_cast<size_t>(plan.schedule.psum_tiles * plan.accelerator.array.cols * 3)),
      outputs_held_(static_cast<size_t>(plan.schedule.psum_tiles), 0),
      owner_(static_cast<size_t>(plan.schedule.psum_tiles), -1),
      arbiter_(plan.schedule.psum_banks, 3),
      write_cursor_(plan.schedule),
      read_cursor_(plan.schedule),
      drain_cursor_(plan.schedule) {
  if constexpr (Functional)
    values_.resize(static_cast<size_t>(tile_words_ * plan.schedule.psum_tiles *
                                       std::max(plan.psum_word, plan.output_word)));
  skip_to_reads();
  skip_to_outputs();
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
int64_t PsumBuffer<Functional>::address(const Pass& pass, int col, PsumKind kind, int32_t at) const {
  const int words = words_of(pass, col, kind);
  const int64_t row = (int64_t{col} * pass.tokens + at / words) * plan_.psum_row_words(pass.p);
  return pass.psum_tile * tile_words_ + row + (kind == PsumKind::total ? plan_.partial_words(pass, 0) : 0) +
         at % words;
}

template <bool Functional>
void PsumBuffer<Functional>::skip_to_reads() {
  while (!read_cursor_.done() && !read_cursor_.pass().psum_in && !read_cursor_.pass().total_in) {
    read_cursor_.next();
    read_meter_.next_pass();
  }
}

template <bool Functional>
void PsumBuffer<Functional>::skip_to_outputs() {
  while (!drain_cursor_.done() && !drain_cursor_.pass().output) drain_cursor_.next();
}

template <bool Functional>
bool PsumBuffer<Functional>::write(int64_t cycle, int client, const PsumFlit<Functional>& flit) {
  const Pass& pass = write_cursor_.pass();
  if (flit.pass != write_cursor_.index())
    throw InternalError("partial sums left the array out of pass order");
  const auto tile = static_cast<size_t>(flit.tile);
  if (owner_[tile] != flit.pass) {
    if (outputs_held_[tile] > 0) return false;
    owner_[tile] = flit.pass;
    pass_words_ = 0;
    const PsumKind kind = pass.output                         ? PsumKind::output
                          : plan_.finishes && pass.ends_group ? PsumKind::total
                                                              : PsumKind::partial;
    for (int col = 0; col < pass.cols; ++col) pass_words_ += int64_t{pass.tokens} * words_of(pass, col, kind);
    if (pass.output) outputs_held_[tile] = pass_words_;
  }
  Stream& to = stream(flit.tile, flit.col, flit.kind);
  const int64_t word = address(pass, flit.col, flit.kind, to.write_at);
  if (!arbiter_.claim(word, cycle, client)) return false;
  if constexpr (Functional)
    for (int i = 0; i < flit.count; ++i)
      values_[static_cast<size_t>(word * std::max(plan_.psum_word, plan_.output_word) + i)] =
          flit.payload.values[static_cast<size_t>(i)];
  ++to.held;
  if (++to.write_at == pass.tokens * words_of(pass, flit.col, flit.kind)) to.write_at = 0;
  counts_[pass.output ? Action::glb_shared_write_outputs : Action::glb_shared_write_psums] += 1;
  counts_[pass.output ? Action::noc_psum_out_deliver_outputs : Action::noc_psum_out_deliver_psums] +=
      words16(int64_t{flit.count} * (pass.output ? 16 : plan_.psum_bits));
  write_meter_.add(1);
  if (++written_words_ == pass_words_) {
    written_words_ = 0;
    duration_meter_.add(cycle - last_end_);
    last_end_ = cycle;
    duration_meter_.next_pass();
    write_meter_.next_pass();
    write_cursor_.next();
  }
  return true;
}

// A column's words come in an order in which neither its bottom nor its top can wait for the other: as many
// words of partial sums as make up a word of totals, then that one.
template <bool Functional>
bool PsumBuffer<Functional>::read(int64_t cycle, int client, PsumFlit<Functional>& flit) {
  if (read_cursor_.done()) return false;
  const Pass& pass = read_cursor_.pass();
  const int col = read_at_.col;
  const int partials = pass.psum_in ? plan_.partial_words(pass, col) : 0;
  const int totals = pass.total_in ? plan_.total_words(pass, col) : 0;
  const bool partial_next =
      read_at_.partial < partials &&
      (read_at_.total == totals || read_at_.partial < (read_at_.total + 1) * plan_.psums_per_output);
  flit.kind = partial_next ? PsumKind::partial : PsumKind::total;
  flit.col = static_cast<int16_t>(col);
  flit.tile = pass.psum_tile;
  flit.pass = read_cursor_.index();
  Stream& from = stream(pass.psum_tile, col, flit.kind);
  if (from.held == 0) return false;
  const int64_t word = address(pass, col, flit.kind, from.read_at);
  if (!arbiter_.claim(word, cycle, client)) return false;
  int32_t& at = partial_next ? read_at_.partial : read_at_.total;
  const int psums = partial_next ? plan_.psums_of(pass, col) : pass.outputs_of(col);
  flit.count = static_cast<int16_t>(std::min(plan_.psum_word, psums - at * plan_.psum_word));
  if constexpr (Functional)
    for (int i = 0; i < flit.count; ++i)
      flit.payload.values[static_cast<size_t>(i)] =
          values_[static_cast<size_t>(word * std::max(plan_.psum_word, plan_.output_word) + i)];
  ++at;
  --from.held;
  if (++from.read_at == pass.tokens * words_of(pass, col, flit.kind)) from.read_at = 0;
  counts_[Action::glb_shared_read_psums] += 1;
  counts_[Action::noc_psum_in_deliver_psums] += words16(int64_t{flit.count} * plan_.psum_bits);
  read_meter_.add(1);
  if (read_at_.partial == partials && read_at_.total == totals) {
    read_at_.partial = read_at_.total = 0;
    if (++read_at_.col == pass.cols) {
      read_at_.col = 0;
      if (++read_at_.token == pass.tokens) {
        read_at_.token = 0;
        read_cursor_.next();
        read_meter_.next_pass();
        skip_to_reads();
      }
    }
  }
  return true;
}

template <bool Functional>
bool PsumBuffer<Functional>::drain(int64_t cycle, int client, StreamWord<Functional>& output,
                                   bool& ends_pass) {
  if (drain_cursor_.done()) return false;
  const Pass& pass = drain_cursor_.pass();
  const int col = drain_at_.col;
  Stream& from = stream(pass.psum_tile, col, PsumKind::output);
  if (from.held == 0 || owner_[static_cast<size_t>(pass.psum_tile)] != drain_cursor_.index()) return false;
  const int64_t word = address(pass, col, PsumKind::output, from.read_at);
  if (!arbiter_.claim(word, cycle, client)) return false;
  const int count = std::min(plan_.output_word, pass.outputs_of(col) - drain_at_.total * plan_.output_word);
  output.bits = count * 16;
  if constexpr (Functional)
    for (int i = 0; i < count; ++i)
      output.payload.words[static_cast<size_t>(i / 4)] |=
          uint64_t{half_bits(
              values_[static_cast<size_t>(word * std::max(plan_.psum_word, plan_.output_word) + i)])}
          << (i % 4 * 16);
  --from.held;
  --outputs_held_[static_cast<size_t>(pass.psum_tile)];
  if (++from.read_at == pass.tokens * plan_.output_words(pass, col)) from.read_at = 0;
  counts_[Action::glb_shared_read_outputs] += 1;
  ends_pass = false;
  if (++drain_at_.total == plan_.output_words(pass, col)) {
    drain_at_.total = 0;
    if (++drain_at_.col == pass.cols) {
      drain_at_.col = 0;
      if (++drain_at_.token == pass.tokens) {
        drain_at_.token = 0;
        ends_pass = true;
        drain_cursor_.next();
        skip_to_outputs();
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
  for (int k = 0; k < 3; ++k) {
    const int client = arbiter_.client(k);
    if (client == 0 && in != nullptr)
      moved.wrote = write(cycle, client, *in);
    else if (client == 1 && out_ready)
      moved.read = read(cycle, client, moved.flit);
    else if (client == 2 && drain_ready)
      moved.drained = drain(cycle, client, moved.output, moved.output_ends_pass);
  }
  arbiter_.end_cycle();
  return moved;
}

template <bool Functional>
std::string PsumBuffer<Functional>::state() const {
  return "psum banks: pass " + std::to_string(write_cursor_.index()) + " written up to word " +
         std::to_string(written_words_) + " of " + std::to_string(pass_words_) + ", pass " +
         std::to_string(read_cursor_.index()) + " read up to token " + std::to_string(read_at_.token) +
         ", column " + std::to_string(read_at_.col) + "; pass " + std::to_string(drain_cursor_.index()) +
         " drained up to token " + std::to_string(drain_at_.token) + ", column " +
         std::to_string(drain_at_.col);
}

template class PsumBuffer<false>;
template class PsumBuffer<true>;

}  // namespace eyeshift
