#include <algorithm>

#include "models/machine/array/pe_array.h"
#include "models/pe/arithmetic.h"

// What PEs do in a cycle: their steps and their chains.

namespace eyeshift {

template <bool Functional>
void PeArray<Functional>::end_step(size_t pe) {
  const Work& work = work_[pe];
  const size_t step = work.first_step + step_[pe];
  const auto& timing = work.context->programs().timing(step);
  work.context->count_step(step);
  // Inputs leave in the order in which they came, unless the next token or pass wants them.
  const bool leave = !work.keeps_inputs && (row_ends_[pe] != 0 || group_[pe] * timing.frees < work.leaving);
  if constexpr (Functional)
    values_->execute(static_cast<int>(pe), work.context->tile(row_of(pe), col_of(pe)), step_[pe], group_[pe],
                     token_[pe], window_[pe], leave ? timing.frees : 0);
  (leave ? inputs_held_ : window_)[pe] += leave ? -timing.frees : timing.frees;
  if (leave) input_waits_ = false;
  --computing_;
  moved_ = true;
  if (++step_[pe] == work.steps) {
    step_[pe] = 0;
    ++group_[pe];
  }
  phase_[pe] = group_[pe] == work.groups ? Phase::chain : Phase::wait_inputs;
  if (phase_[pe] == Phase::chain && work.keeps_psums) end_token(pe);
  call(pe);
}

template <bool Functional>
void PeArray<Functional>::attend(size_t pe) {
  if (phase_[pe] == Phase::wait_weights && !begin_pass(pe)) return;
  if (phase_[pe] == Phase::wait_inputs) {
    begin_step(pe);
  } else if (phase_[pe] == Phase::chain) {
    moved_ = chain(pe) || moved_;
  }
}

template <bool Functional>
bool PeArray<Functional>::begin_pass(size_t pe) {
  if (!has_context(pass_[pe])) return false;
  PassContext& context = this->context(pass_[pe]);
  const int row = row_of(pe), col = col_of(pe);
  if (filter_bits_[pe] < context.programs().bits_needed(row, col)) return false;
  look_up_work(pe);
  begin_token(pe);
  phase_[pe] = Phase::wait_inputs;
  moved_ = true;
  return true;
}

template <bool Functional>
void PeArray<Functional>::look_up_work(size_t pe) {
  PassContext& context = this->context(pass_[pe]);
  const Pass& pass = context.pass();
  const int row = row_of(pe), col = col_of(pe);
  Work& work = work_[pe];
  work.context = &context;
  work.first_step = context.programs().first_step(row, col);
  work.steps = context.programs().steps();
  work.groups = context.programs().groups(row);
  work.chain_psums = context.programs().chain_psums(col);
  work.leaving = context.programs().leaving(row);
  work.row_tokens = pass.row_tokens;
  work.keeps_inputs = pass.keeps_inputs;
  work.keeps_psums = pass.keeps_psums;
  work.top = row == pass.rows - 1;
  work.finishes = work.top && pass.ends_group && plan_.finishes;
  work.total_in = work.finishes && pass.total_in;
  work.psum_in = row == 0 && pass.psum_in;
  work.busy_cycles = work.finishes ? context.programs().finish_cycles() : 1;
  work.chain_cycles = std::max(work.busy_cycles, work.top ? 1 : link_cycles_);
}

template <bool Functional>
void PeArray<Functional>::begin_token(size_t pe) {
  const Work& work = work_[pe];
  if (!work.keeps_inputs) window_[pe] = 0;
  row_ends_[pe] = (token_[pe] + 1) % work.row_tokens == 0 ? 1 : 0;
  if constexpr (Functional)
    values_->begin_token(static_cast<int>(pe), work.context->tile(row_of(pe), col_of(pe)), token_[pe]);
}

template <bool Functional>
bool PeArray<Functional>::begin_step(size_t pe) {
  const auto& timing = work_[pe].context->programs().timing(work_[pe].first_step + step_[pe]);
  if (inputs_held_[pe] - window_[pe] < timing.needs) return false;
  steps_.add(pe, step_ends_[pe] = cycle_ + timing.cycles);
  counters_.busy_pe_cycles += timing.cycles;
  ++computing_;
  phase_[pe] = Phase::compute;
  moved_ = true;
  return true;
}

// Moves one partial sum from below and the PE's own scratchpad to the PE above, or at the top to the column's
// FIFO. A PE that waits for a link or a FIFO is called when it changes.
template <bool Functional>
bool PeArray<Functional>::chain(size_t pe) {
  if (cycle_ < chain_ready_[pe]) {
    chain_waits_ = true;
    call_next(pe);
    return false;
  }
  const Work& work = work_[pe];
  const int row = row_of(pe);
  const size_t column = col_[pe], above = pe + static_cast<size_t>(cols_);
  const bool output_ends = plan_.psums_per_output == 1 || (chained_[pe] + 1) % plan_.psums_per_output == 0;
  const bool takes_total = work.total_in && output_ends;
  const bool takes_scale = work.finishes && plan_.token_scale_bits > 0;

  if (work.top && top_pass_[column] != pass_[pe]) {
    call_next(pe);
    return false;
  }
  if (row > 0 ? link_level_[pe] == 0 : (work.psum_in && bottom_level_[column] == 0)) return false;
  if (takes_total && total_level_[column] == 0) return false;
  if (takes_scale && scale_level_[column] == 0) return false;
  if (!work.top && link_level_[above] >= kLinkDepth) return false;
  const bool emits = work.top && (!work.finishes || output_ends);
  if (emits && out_level_[column] >= column_fifo_) return false;

  if constexpr (Functional)
    values_->chain(static_cast<int>(pe), work.context->tile(row, col_of(pe)), token_[pe], chained_[pe],
                   static_cast<int>(above));
  if (row > 0)
    change_link(pe, -1);
  else if (work.psum_in)
    --bottom_level_[column];
  if (takes_total) --total_level_[column];
  if (!work.top) change_link(above, 1);
  if (emits) {
    ++out_change_[column];
    results_formed_ = true;
  }
  call_next(pe);
  counters_.busy_pe_cycles += work.busy_cycles;
  chain_ready_[pe] = cycle_ + work.chain_cycles;
  if (++chained_[pe] == work.chain_psums) {
    if (work.finishes) work.context->count_finish(static_cast<int>(column));
    if (takes_scale) --scale_level_[column];
    if (!work.top) counts_[Action::noc_local_deliver_psums] += work.chain_psums * words16(plan_.psum_bits);
    end_token(pe);
  }
  return true;
}

template <bool Functional>
void PeArray<Functional>::end_token(size_t pe) {
  PassContext& context = *work_[pe].context;
  const int row = row_of(pe), col = col_of(pe);
  chained_[pe] = group_[pe] = 0;
  phase_[pe] = Phase::wait_inputs;
  if (++token_[pe] < context.pass().tokens) {
    begin_token(pe);
    return;
  }
  token_[pe] = window_[pe] = 0;
  if (work_[pe].top && !work_[pe].keeps_psums) next_column_pass(top_pass_, col_[pe]);
  const Pass& pass = context.pass();
  kept_bits_[pe] = pass.keeps_weights ? context.programs().bits_needed(row, col) : 0;
  kept_inputs_[pe] = pass.keeps_inputs ? pass.inputs_of(row) * pass.tokens : 0;
  if (!pass.keeps_weights) {
    filter_bits_[pe] -= context.programs().bits_needed(row, col);
    filter_waits_ = false;
    if constexpr (Functional) values_->end_pass(static_cast<int>(pe));
  }
  phase_[pe] = Phase::wait_weights;
  --context.pes_left;
  next_pass(pe);
}

// Moves a PE on to the next pass that uses it.
template <bool Functional>
void PeArray<Functional>::next_pass(size_t pe) {
  while (has_context(++pass_[pe]) && !context(pass_[pe]).uses(row_of(pe), col_of(pe)))
    drop_kept(pe, context(pass_[pe]).pass());
}

// A PE that the last pass on what it keeps leaves out lets go of it.
template <bool Functional>
void PeArray<Functional>::drop_kept(size_t pe, const Pass& skipped) {
  if (kept_bits_[pe] > 0 && !skipped.keeps_weights) {
    filter_bits_[pe] -= std::exchange(kept_bits_[pe], 0);
    filter_waits_ = false;
    if constexpr (Functional) values_->end_pass(static_cast<int>(pe));
  }
  if (kept_inputs_[pe] > 0 && !skipped.keeps_inputs) {
    if constexpr (Functional) values_->drop_inputs(static_cast<int>(pe), kept_inputs_[pe]);
    inputs_held_[pe] -= std::exchange(kept_inputs_[pe], 0);
    input_waits_ = false;
  }
}

template void PeArray<false>::end_step(size_t);
template void PeArray<false>::attend(size_t);
template void PeArray<false>::look_up_work(size_t);
template void PeArray<false>::drop_kept(size_t, const Pass&);
template void PeArray<true>::end_step(size_t);
template void PeArray<true>::attend(size_t);
template void PeArray<true>::look_up_work(size_t);
template void PeArray<true>::drop_kept(size_t, const Pass&);

}  // namespace eyeshift
