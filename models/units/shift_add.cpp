#include <algorithm>

#include "models/pe/binary_weights.h"
#include "models/pe/deliveries.h"

namespace eyeshift {
namespace {

// Shift-and-add on binary weights with power-of-two scales.
// Column-wise: an input, plane and group of outputs takes T exponent adds and T - 1 adds for alpha x, then
// one add or subtract a weight and plane. Block-wise: an output, plane and 8 inputs takes 8 adds or subtracts
// in half precision, then T exponent adds and T accumulations. A PE has a half-precision adder, an exponent
// adder and the accumulator's adder, each an operation a cycle: while one key's inputs are added up, the sum
// of the key before is scaled and accumulated, and a block ends with the last key's T terms. The 8 inputs of
// a block stay in registers.
class ShiftAdd : public Unit {
 public:
  std::string_view summary() const override {
    return "adds, subtracts and exponent adds on binary weights with power-of-two scales (shiftaddllm-block)";
  }

  // Scale an input, sum its terms, accumulate.
  UnitParts parts(const AcceleratorConfig::Array& array) const override {
    return {{"exponent_adder", "adder_fp16", accumulator_adder(array)}};
  }

  std::optional<std::string> cannot_run(const Encoding& encoding, const AcceleratorConfig&) const override {
    if (encoding.coding != Coding::binary) return "shift-add runs binary weights only";
    if (!encoding.power_of_two) return "shift-add needs power-of-two scales: quantize without --real-scales";
    if (scale_layout(encoding) == ScaleLayout::row)
      return "shift-add runs column-wise and block-wise scales only";
    if (by_block(encoding) && encoding.group_cols != 8) return "shift-add runs blocks of 8 columns only";
    return std::nullopt;
  }

  int input_granule(const Encoding& encoding) const override { return by_block(encoding) ? 8 : 1; }

  std::vector<FilterDelivery> deliveries(const Encoding& encoding, const AcceleratorConfig&,
                                         const Pass& pass) const override {
    std::vector<FilterDelivery> out;
    add_weights(encoding, pass, out);
    add_per_row_group(encoding, pass, input_granule(encoding), encoding.bits * encoding.terms * 8, out);
    return out;
  }

  Program program(const Encoding& encoding, const AcceleratorConfig& accelerator,
                  const PeTile& tile) const override {
    const int granule = input_granule(encoding);
    const int64_t planes = encoding.bits, terms = encoding.terms, p = tile.outputs, groups = tile.row_groups;
    Step step{0, static_cast<int16_t>(granule), static_cast<int16_t>(granule), {}};
    if (by_block(encoding)) {
      step.cycles = static_cast<int32_t>(p * planes * std::max<int64_t>(8, terms) + terms);
      step.actions[Action::add_fp16_inputs] = p * planes * 8;
      step.actions[Action::shift_fp16_scales] = p * planes * terms;
      step.actions[add_psums(accelerator)] += p * planes * terms;
      step.actions[Action::spad_input_read_inputs] = 8;
      count_accumulations(p, psum_bits(accelerator), step.actions);
    } else {
      step.cycles = static_cast<int32_t>(planes * (groups * terms + p));
      step.actions[Action::shift_fp16_scales] = planes * groups * terms;
      step.actions[Action::add_fp16_inputs] = planes * groups * (terms - 1);
      step.actions[add_psums(accelerator)] += p * planes;
      step.actions[Action::spad_input_read_inputs] = 1;
      count_accumulations(p * planes, psum_bits(accelerator), step.actions);
    }
    step.actions[Action::spad_filter_read_weights] = words16(weight_bits(encoding, granule, tile.outputs));
    step.actions[Action::spad_filter_read_scales] = words16(groups * planes * terms * 8);
    return {{step}, tile.inputs / granule, tile.outputs, 1, {}};
  }

  void execute(int, int group, PeValues& pe) const override {
    if (by_block(*pe.encoding))
      execute_block(group, pe);
    else
      execute_column(group, pe);
  }

 private:
  static bool by_block(const Encoding& encoding) { return scale_layout(encoding) == ScaleLayout::block; }

  static void execute_block(int block, PeValues& pe) {
    for (int m = 0; m < pe.tile.outputs; ++m) {
      const int64_t row_group = row_group_of(pe, m);
      for (int plane = 0; plane < pe.encoding->bits; ++plane) {
        const unsigned key = key_of(pe, block, m, plane);
        TokenHalves sums;
        add_signed(pe, key, sums.data());
        accumulate_scaled(pe, sums.data(), row_group, pe.tile.inputs / 8, block, plane,
                          pe.psums + m * pe.tokens);
      }
    }
  }

  // The sums of 8 inputs with a key's signs, in half precision and in their order.
  static void add_signed(const PeValues& pe, unsigned key, float* sums) {
    std::fill_n(sums, pe.tokens, 0.0f);
    for (int j = 0; j < 8; ++j) {
      const float sign = (key >> j) & 1u ? 1.0f : -1.0f;
      const float* x = pe.x + j * pe.tokens;
      for (int i = 0; i < pe.tokens; ++i) sums[i] = round_to_half(sums[i] + sign * x[i]);
    }
  }

  static void execute_column(int input, PeValues& pe) {
    const int planes = pe.encoding->bits;
    TokenHalves scaled;
    for (int plane = 0; plane < planes; ++plane) {
      int64_t row_group = -1;
      for (int m = 0; m < pe.tile.outputs; ++m) {
        if (row_group_of(pe, m) != row_group) {
          row_group = row_group_of(pe, m);
          scale_inputs(pe, pe.x, row_group, pe.tile.inputs, input, plane, scaled.data());
        }
        const int64_t index = (int64_t{input} * pe.tile.outputs + m) * planes + plane;
        const bool positive = pe.bits(Content::weights, index, 1) != 0;
        accumulate(scaled.data(), positive, pe, pe.psums + m * pe.tokens);
      }
    }
  }
};

const Registration<Unit, ShiftAdd> shift_add_registration("shift-add");

}  // namespace
}  // namespace eyeshift
