#include "models/pe/unit.h"

#include "models/pe/arithmetic.h"

namespace eyeshift {

PeTile pe_tile(const Encoding& encoding, const Pass& pass, int row, int col) {
  PeTile tile{&pass, row, col, pass.inputs_of(row), pass.outputs_of(col), 1};
  const int64_t first = tile.m_begin() / encoding.group_rows;
  const int64_t last = (tile.m_begin() + tile.outputs - 1) / encoding.group_rows;
  tile.row_groups = static_cast<int>(last - first + 1);
  return tile;
}

ScaleLayout scale_layout(const Encoding& encoding) {
  // Blocks of few outputs may have one row; power-of-two scales are never row-wise.
  if (encoding.group_rows == 1 && !encoding.power_of_two) return ScaleLayout::row;
  if (encoding.group_cols == 1) return ScaleLayout::column;
  return encoding.power_of_two ? ScaleLayout::block : ScaleLayout::tile;
}

bool scales_differ_by_place(const Encoding& encoding) {
  return encoding.group_rows > 1 && encoding.coding != Coding::int16;
}

int64_t outputs_before_group_end(const Encoding& encoding, const Pass& pass) {
  if (!scales_differ_by_place(encoding)) return 0;
  const int64_t before = encoding.group_rows - pass.m_begin % encoding.group_rows;
  return before < pass.tile_outputs() ? before : 0;
}

int64_t weight_bits(const Encoding& encoding, int inputs, int outputs) {
  return static_cast<int64_t>(inputs) * outputs * encoding.bits;
}

uint16_t Unit::output_bits(double value) const { return half_bits(value); }

float Unit::input_value(uint16_t bits) const { return float_from_half(bits); }

void Unit::add(const double* below, double* sums, int64_t count, Accumulator accumulator) const {
  in_accumulator(accumulator, [below, sums, count](auto to) {
    for (int64_t i = 0; i < count; ++i) sums[i] = rounded<to()>(below[i] + sums[i]);
  });
}

void Unit::finish(int, const double*, const float*, const PeValues&, double*) const {
  throw InternalError("this unit has no finish");
}

}  // namespace eyeshift
