#include "models/machine/array/array_values.h"

#include <algorithm>

#include "models/pe/arithmetic.h"

namespace eyeshift {

ArrayValues::ArrayValues(const LayerPlan& plan, int product_shift)
    : plan_(plan),
      product_shift_(product_shift),
      pes_(static_cast<size_t>(plan.schedule.rows * plan.schedule.cols)),
      bottoms_(static_cast<size_t>(plan.schedule.cols)),
      totals_(bottoms_.size()),
      outputs_(bottoms_.size()),
      token_scales_(bottoms_.size()) {
  for (Pe& pe : pes_) pe.lut.resize(static_cast<size_t>(plan.accelerator.spad_words.lut));
}

void ArrayValues::take_filter(int index, const FilterFlit<true>& flit) {
  Pe& pe = pes_[static_cast<size_t>(index)];
  if (pe.blocks.empty() || pe.blocks.back().pass != flit.pass) {
    pe.blocks.emplace_back();
    pe.blocks.back().pass = flit.pass;
  }
  Block& block = pe.blocks.back();
  int64_t& at = block.content_at[static_cast<int>(flit.content)];
  if (at < 0) at = block.bits.size();
  for (int32_t done = 0; done < flit.bits; done += 64)
    block.bits.append(flit.payload.words[static_cast<size_t>(done / 64)], std::min(64, flit.bits - done));
}

void ArrayValues::take_input(int index, const InputFlit<true>& flit) {
  for (int i = 0; i < flit.inputs; ++i) {
    const int at = i * plan_.input_bits;
    const uint64_t bits = flit.payload.words[static_cast<size_t>(at / 64)] >> (at % 64);
    pes_[static_cast<size_t>(index)].inputs.push_back(plan_.unit.input_value(static_cast<uint16_t>(bits)));
  }
}

void ArrayValues::take_token_scale(int col, const InputFlit<true>& flit) {
  token_scales_[static_cast<size_t>(col)].push_back(
      float_from_half(static_cast<uint16_t>(flit.payload.words[0])));
}

void ArrayValues::take_psums(const PsumFlit<true>& flit) {
  auto& fifo = flit.kind == PsumKind::partial ? bottoms_ : totals_;
  for (int i = 0; i < flit.count; ++i)
    fifo[static_cast<size_t>(flit.col)].push_back(flit.payload.values[static_cast<size_t>(i)]);
}

PeValues ArrayValues::values_of(Pe& pe, const PeTile& tile) const {
  PeValues values;
  values.tile = tile;
  values.accumulator = plan_.accelerator.array.accumulator;
  values.encoding = &plan_.schedule.encoding;
  values.dequant = plan_.accelerator.array.dequant;
  values.product_shift = product_shift_;
  values.lut_words = plan_.accelerator.spad_words.lut;
  const Block& block = pe.blocks.empty() ? none_ : pe.blocks.front();
  values.block = &block.bits;
  for (int content = 0; content < kContents; ++content)
    values.content_at[content] = block.content_at[content];
  values.lut = pe.lut.data();
  return values;
}

void ArrayValues::begin_token(int index, const PeTile& tile, int token) {
  Pe& pe = pes_[static_cast<size_t>(index)];
  const int64_t psums = int64_t{tile.outputs} * plan_.psums_per_output;
  pe.psums.resize(static_cast<size_t>(tile.pass->tokens * psums));
  if (!tile.pass->holds_psums) std::fill_n(psums_of(pe, tile, token), psums, 0.0);
}

void ArrayValues::execute(int index, const PeTile& tile, int step, int group, int token, int used,
                          int leave) {
  Pe& pe = pes_[static_cast<size_t>(index)];
  PeValues values = values_of(pe, tile);
  values.x = pe.inputs.data() + used;
  values.token = token;
  values.psums = psums_of(pe, tile, token);
  plan_.unit.execute(step, group, values);
  pe.inputs.erase(pe.inputs.begin(), pe.inputs.begin() + leave);
}

void ArrayValues::chain(int index, const PeTile& tile, int token, int psum, int pe_above) {
  Pe& pe = pes_[static_cast<size_t>(index)];
  const auto col = static_cast<size_t>(tile.col);
  double sum = psums_of(pe, tile, token)[psum];
  std::deque<double>* below = tile.row > 0 ? &pe.from_below : tile.pass->psum_in ? &bottoms_[col] : nullptr;
  if (below != nullptr) {
    plan_.unit.add(&below->front(), &sum, 1, plan_.accelerator.array.accumulator);
    below->pop_front();
  }
  if (!tile.top()) {
    pes_[static_cast<size_t>(pe_above)].from_below.push_back(sum);
    return;
  }
  if (!plan_.finishes || !tile.pass->ends_group) {
    outputs_[col].push_back(sum);
    return;
  }
  pe.finishing.push_back(sum);
  if (static_cast<int>(pe.finishing.size()) < plan_.psums_per_output) return;
  double total = 0;
  if (tile.pass->total_in) {
    total = totals_[col].front();
    totals_[col].pop_front();
  }
  const int output = psum / plan_.psums_per_output;
  const float token_scale = token_scales_[col].empty() ? 1.0f : token_scales_[col].front();
  plan_.unit.finish(output, pe.finishing.data(), &token_scale, values_of(pe, tile), &total);
  outputs_[col].push_back(total);
  pe.finishing.clear();
  if (output + 1 == tile.outputs && !token_scales_[col].empty()) token_scales_[col].pop_front();
}

void ArrayValues::drop_inputs(int index, int inputs) {
  auto& held = pes_[static_cast<size_t>(index)].inputs;
  held.erase(held.begin(), held.begin() + inputs);
}

void ArrayValues::end_pass(int index) { pes_[static_cast<size_t>(index)].blocks.pop_front(); }

PsumFlit<true> ArrayValues::take_output(int col, int count) {
  PsumFlit<true> flit;
  auto& fifo = outputs_[static_cast<size_t>(col)];
  for (int i = 0; i < count; ++i) {
    flit.payload.values[static_cast<size_t>(i)] = fifo.front();
    fifo.pop_front();
  }
  return flit;
}

}  // namespace eyeshift
