#include <algorithm>

#include "models/pe/arithmetic.h"
#include "models/pe/deliveries.h"
#include "models/pe/listed_units.h"

namespace eyeshift {
namespace {

// Integer multiply-accumulate on int8 weights (a scale a row) and int8 inputs (a scale a token): one multiply
// and one 32-bit add a weight. A mac-fp16 lane beside the top PE converts the complete sum and multiplies by
// both scales.
class MacInt8 : public Unit {
 public:
  std::string_view summary() const override {
    return "8-bit integer multiply and 32-bit add, one weight a cycle (int8)";
  }

  // At the top, in the lane beside it: convert (an int32 adder, as it is priced), scale.
  UnitParts parts(const AcceleratorConfig::Array& array) const override {
    return with_tops({{"multiplier_int8", "adder_int32"}}, {"adder_int32", "multiplier_fp32"},
                     lanes_at_tops(array));
  }

  std::optional<std::string> cannot_run(const Encoding& encoding,
                                        const AcceleratorConfig& accelerator) const override {
    if (encoding.coding != Coding::int8) return "mac-int8 runs scheme int8 only";
    if (encoding.bits != 8 || encoding.group_rows != 1)
      return "mac-int8 runs 8-bit codes with a scale a row only";
    const auto& units = accelerator.array.units;
    if (std::find(units.begin(), units.end(), "mac-fp16") == units.end())
      return "mac-int8 needs mac-fp16 lanes for its real scales: add mac-fp16 to the accelerator's units";
    return std::nullopt;
  }

  int input_bits() const override { return 8; }
  float input_value(uint16_t bits) const override { return static_cast<int8_t>(bits & 0xffu); }
  int token_scale_bits() const override { return 16; }
  int psum_bits(const AcceleratorConfig&) const override { return 32; }
  bool finishes_groups(const Encoding&, const AcceleratorConfig&) const override { return true; }
  bool finishes_in_fp16_lanes(const Encoding&) const override { return true; }

  std::vector<FilterDelivery> deliveries(const Encoding& encoding, const AcceleratorConfig&,
                                         const Pass& pass) const override {
    std::vector<FilterDelivery> out;
    add_weights(encoding, pass, out);
    if (pass.ends_group) add_to_tops(pass, Content::row_scales, encoding.scale_bits, out);
    return out;
  }

  Program program(const Encoding& encoding, const AcceleratorConfig& accelerator,
                  const PeTile& tile) const override {
    Step step{tile.outputs, 1, 1, {}};
    step.actions[Action::multiply_int8_weights] = tile.outputs;
    step.actions[Action::add_int32_psums] = tile.outputs;
    step.actions[Action::spad_filter_read_weights] = words16(weight_bits(encoding, 1, tile.outputs));
    step.actions[Action::spad_input_read_inputs] = 1;
    count_accumulations(tile.outputs, psum_bits(accelerator), step.actions);
    Program program{{step}, tile.inputs, tile.outputs, 2, {}};  // two multiplies an output in one lane
    program.finish[Action::dequantize_int32_psums] = tile.outputs;
    program.finish[Action::multiply_fp32_scales] = 2 * int64_t{tile.outputs};
    program.finish[Action::spad_filter_read_scales] = words16(int64_t{tile.outputs} * encoding.scale_bits);
    return program;
  }

  void execute(int, int group, PeValues& pe) const override {
    for (int m = 0; m < pe.tile.outputs; ++m) {
      const auto bits = pe.bits(Content::weights, 8 * (int64_t{group} * pe.tile.outputs + m), 8);
      const double weight = static_cast<int8_t>(bits);
      double* psums = pe.psums + m * pe.tokens;
      for (int i = 0; i < pe.tokens; ++i) psums[i] += static_cast<double>(pe.x[i]) * weight;
    }
  }

  void add(const double* below, double* sums, int64_t count, Accumulator) const override {
    for (int64_t i = 0; i < count; ++i) sums[i] += below[i];
  }

  void finish(int output, const double* psums, const float* token_scales, const PeValues& pe,
              double* totals) const override {
    const float scale = row_scale(pe, output);
    for (int i = 0; i < pe.tokens; ++i)
      totals[i] = static_cast<double>(static_cast<float>(psums[i]) * token_scales[i] * scale);
  }
};

const Registration<Unit, MacInt8> mac_int8_registration("mac-int8");

}  // namespace
}  // namespace eyeshift
