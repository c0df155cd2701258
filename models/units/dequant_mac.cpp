#include <array>

#include "models/pe/arithmetic.h"
#include "models/pe/deliveries.h"

namespace eyeshift {
namespace {

// Multiply-accumulate on uniform codes: subtract the zero point as an integer, convert, multiply, add; one
// weight a cycle. A row-wise scale, or one that several rows share, is applied at the top when a group's sum
// is complete, or to every weight (per_weight, the naive variant); a column-wise scale multiplies the input
// once per group of the PE's outputs.
//
// Centred codes of b bits, with the zero point (2^b - 1) / 2, enter the subtractor doubled, as codes 2 q of
// b + 1 bits with the zero point 2^b - 1, and are converted with an exponent one less.
class DequantMac : public Unit {
 public:
  std::string_view summary() const override {
    return "dequantize, half-precision multiply and add, one weight a cycle (rtn-oc, gptq)";
  }

  // Subtract the zero point, convert (an int16 adder, as it is priced), multiply, add; the top PE scales,
  // unless every PE scales every weight.
  UnitParts parts(const AcceleratorConfig::Array& array) const override {
    UnitParts parts{{"adder_int8", "adder_int16", "multiplier_fp16", accumulator_adder(array)}};
    if (array.dequant == DequantMode::per_group)
      return with_tops(parts, {accumulator_multiplier(array)}, array.cols);
    parts.pe.push_back("multiplier_fp16");
    return parts;
  }

  std::optional<std::string> cannot_run(const Encoding& encoding, const AcceleratorConfig&) const override {
    if (encoding.coding != Coding::uniform) return "dequant-mac runs uniform codes only";
    if (encoding.power_of_two) return "dequant-mac multiplies by real scales, not by shared exponents";
    if (encoding.bits + (encoding.centred ? 1 : 0) > 8)
      return "dequant-mac runs codes of at most 8 bits, 7 where zero lies half way between two codes";
    if (scale_layout(encoding) == ScaleLayout::tile && encoding.zero_bits > 0)
      return "dequant-mac runs zero points of a row or a column, not of several rows and columns";
    if (encoding.group_index_bits > 0)
      return "dequant-mac needs contiguous groups: quantize with --no-act-order or without --group-size";
    return std::nullopt;
  }

  bool finishes_groups(const Encoding& encoding, const AcceleratorConfig& accelerator) const override {
    return scale_layout(encoding) != ScaleLayout::column &&
           accelerator.array.dequant == DequantMode::per_group;
  }

  std::vector<FilterDelivery> deliveries(const Encoding& encoding, const AcceleratorConfig& accelerator,
                                         const Pass& pass) const override {
    std::vector<FilterDelivery> out;
    add_weights(encoding, pass, out);
    const bool per_weight = accelerator.array.dequant == DequantMode::per_weight;
    if (scale_layout(encoding) == ScaleLayout::column) {
      add_per_row_group(encoding, pass, 1, encoding.scale_bits + encoding.zero_bits, out);
      return out;
    }
    if (scale_layout(encoding) == ScaleLayout::tile) {
      if (per_weight || pass.ends_group)
        add_to_row_groups(encoding, pass, per_weight ? 0 : pass.rows - 1, pass.rows - 1, encoding.scale_bits,
                          out);
      return out;
    }
    if (encoding.zero_bits > 0) add_per_column(pass, Content::zeros, encoding.zero_bits, out);
    if (per_weight)
      add_per_column(pass, Content::row_scales, encoding.scale_bits, out);
    else if (pass.ends_group)
      add_to_tops(pass, Content::row_scales, encoding.scale_bits, out);
    return out;
  }

  Program program(const Encoding& encoding, const AcceleratorConfig& accelerator,
                  const PeTile& tile) const override {
    const bool by_column = scale_layout(encoding) == ScaleLayout::column;
    const bool per_weight = !by_column && accelerator.array.dequant == DequantMode::per_weight;
    const int64_t p = tile.outputs;
    const int64_t scale_bits =
        encoding.scale_bits * (scale_layout(encoding) == ScaleLayout::tile ? tile.row_groups : p);
    Step step{tile.outputs + (by_column ? tile.row_groups : 0), 1, 1, {}};
    step.actions[Action::dequantize_int_weights] = p;
    step.actions[Action::multiply_fp16_weights] = p;
    step.actions[add_psums(accelerator)] = p;
    step.actions[Action::multiply_fp16_scales] += by_column ? tile.row_groups : per_weight ? p : 0;
    step.actions[Action::spad_filter_read_weights] = words16(weight_bits(encoding, 1, tile.outputs));
    step.actions[Action::spad_filter_read_scales] =
        by_column ? words16(int64_t{tile.row_groups} * (encoding.scale_bits + encoding.zero_bits))
                  : words16(p * encoding.zero_bits + (per_weight ? scale_bits : 0));
    step.actions[Action::spad_input_read_inputs] = 1;
    count_accumulations(p, psum_bits(accelerator), step.actions);

    Program program{{step}, tile.inputs, tile.outputs, 1, {}};
    program.finish[multiply_scales(accelerator)] = p;
    program.finish[Action::spad_filter_read_scales] = words16(scale_bits);
    if (tile.pass->total_in) {
      program.finish[add_psums(accelerator)] = p;
      program.finish_cycles = 2;  // the PE's one adder serves the chain and the running total
    }
    return program;
  }

  void execute(int, int group, PeValues& pe) const override {
    const Encoding& encoding = *pe.encoding;
    const bool by_column = scale_layout(encoding) == ScaleLayout::column;
    const bool per_weight = !by_column && pe.dequant == DequantMode::per_weight;
    int64_t row_group = -1;
    int zero = 1 << (encoding.bits - 1);
    const float half_code = encoding.centred ? 0.5f : 0.0f;  // zero is (2^b - 1) / 2
    std::array<float, kTokensAtOnce> scaled;
    for (int m = 0; m < pe.tile.outputs; ++m) {
      const int64_t index = int64_t{group} * pe.tile.outputs + m;
      const int code = static_cast<int>(pe.bits(Content::weights, encoding.bits * index, encoding.bits));
      if (by_column) {
        const int64_t wanted = row_group_of(pe, m);
        if (wanted != row_group) {
          row_group = wanted;
          const double scale = column_scale(pe, row_group, group, zero);
          for (int i = 0; i < pe.tokens; ++i) scaled[static_cast<size_t>(i)] = round_product(pe.x[i], scale);
        }
      } else if (encoding.zero_bits > 0) {
        zero = static_cast<int>(pe.bits(Content::zeros, int64_t{encoding.zero_bits} * m, encoding.zero_bits));
      }
      float weight = static_cast<float>(code - zero) + half_code;
      if (per_weight) weight = round_product(weight, output_scale(pe, m));
      multiply_accumulate(by_column ? scaled.data() : pe.x, static_cast<double>(weight), pe,
                          pe.psums + m * pe.tokens);
    }
  }

  void finish(int output, const double* psums, const float*, const PeValues& pe,
              double* totals) const override {
    const double scale = output_scale(pe, output);
    const bool total_in = pe.tile.pass->total_in;
    in_accumulator(pe.accumulator, [psums, scale, total_in, totals, tokens = pe.tokens](auto to) {
      for (int i = 0; i < tokens; ++i) {
        const double scaled = rounded<to()>(psums[i] * scale);
        totals[i] = total_in ? rounded<to()>(totals[i] + scaled) : scaled;
      }
    });
  }

 private:
  static float round_product(float a, double b) {
    return round_to_half(static_cast<float>(static_cast<double>(a) * b));
  }

  // Of an output, counted from that of the PE's first one.
  static int64_t row_group_of(const PeValues& pe, int output) {
    const int64_t rows = pe.encoding->group_rows;
    return (pe.tile.m_begin() + output) / rows - pe.tile.m_begin() / rows;
  }

  // The scale of an output, its own or that of its group.
  static double output_scale(const PeValues& pe, int output) {
    if (scale_layout(*pe.encoding) == ScaleLayout::row) return static_cast<double>(row_scale(pe, output));
    return static_cast<double>(
        stored_real(pe, Content::group_scales, row_group_of(pe, output) * pe.encoding->scale_bits));
  }

  // The scale of an input for one of the PE's groups of outputs; its zero point goes to `zero`.
  static double column_scale(const PeValues& pe, int64_t row_group, int input, int& zero) {
    const Encoding& encoding = *pe.encoding;
    const int width = encoding.scale_bits + encoding.zero_bits;
    const int64_t at = (row_group * pe.tile.inputs + input) * width;
    if (encoding.zero_bits > 0)
      zero = static_cast<int>(pe.bits(Content::group_scales, at + encoding.scale_bits, encoding.zero_bits));
    return static_cast<double>(stored_real(pe, Content::group_scales, at));
  }
};

const Registration<Unit, DequantMac> dequant_mac_registration("dequant-mac");

}  // namespace
}  // namespace eyeshift
