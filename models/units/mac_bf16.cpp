#include <cstring>

#include "models/pe/arithmetic.h"
#include "models/pe/deliveries.h"

namespace eyeshift {
namespace {

// Multiply-accumulate on bfloat16, single precision cut to 8 bits of significand (Kalamkar et al., "A Study
// of BFLOAT16 for Deep Learning Training", arXiv:1905.12322): one multiply and one add a weight, one weight a
// cycle. Weights and inputs are stored and moved in half precision; the multiplier's inputs round them to
// bfloat16, to nearest, ties to even. The product has 16 bits of significand, so that it is exact in single
// precision; the accumulator rounds as it does elsewhere.
class MacBf16 : public Unit {
 public:
  std::string_view summary() const override {
    return "bfloat16 multiply and add, one weight a cycle; values are stored in half precision (fp16)";
  }

  std::string_view assumption() const override {
    return "its multiplier is priced and sized as the half-precision one, which has 11 bits of significand "
           "instead of 8: "
           "an upper bound";
  }

  UnitParts parts(const AcceleratorConfig::Array& array) const override {
    return {{"multiplier_fp16", accumulator_adder(array)}};
  }

  std::optional<std::string> cannot_run(const Encoding& encoding, const AcceleratorConfig&) const override {
    if (encoding.coding != Coding::fp16) return "mac-bf16 runs weights stored in half precision only";
    return std::nullopt;
  }

  std::vector<FilterDelivery> deliveries(const Encoding& encoding, const AcceleratorConfig&,
                                         const Pass& pass) const override {
    std::vector<FilterDelivery> out;
    add_weights(encoding, pass, out);
    return out;
  }

  Program program(const Encoding& encoding, const AcceleratorConfig& accelerator,
                  const PeTile& tile) const override {
    Step step{tile.outputs, 1, 1, {}};
    step.actions[Action::multiply_fp16_weights] = tile.outputs;
    step.actions[add_psums(accelerator)] = tile.outputs;
    step.actions[Action::spad_filter_read_weights] = words16(weight_bits(encoding, 1, tile.outputs));
    step.actions[Action::spad_input_read_inputs] = 1;
    count_accumulations(tile.outputs, psum_bits(accelerator), step.actions);
    return {{step}, tile.inputs, tile.outputs, 1, {}};
  }

  float input_value(uint16_t bits) const override { return bfloat16(float_from_half(bits)); }

  void execute(int, int group, PeValues& pe) const override {
    for (int m = 0; m < pe.tile.outputs; ++m) {
      const auto half = pe.bits(Content::weights, 16 * (int64_t{group} * pe.tile.outputs + m), 16);
      const float weight = bfloat16(float_from_half(static_cast<uint16_t>(half)));
      multiply_accumulate(pe.x, static_cast<double>(weight), pe, pe.psums + m * pe.tokens);
    }
  }

 private:
  // The nearest bfloat16. A half's exponent fits, subnormal halves become normal; infinities and NaN stay.
  static float bfloat16(float value) {
    if (!(std::abs(value) <= 65504.0f)) return value;
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits = (bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
};

const Registration<Unit, MacBf16> mac_bf16_registration("mac-bf16");

}  // namespace
}  // namespace eyeshift
