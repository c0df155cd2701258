#include "models/pe/arithmetic.h"
#include "models/pe/deliveries.h"

namespace eyeshift {
namespace {

// Half-precision multiply-accumulate: one multiply and one add a weight, one weight a cycle.
class MacFp16 : public Unit {
 public:
  std::string_view summary() const override {
    return "half-precision multiply and add, one weight a cycle (fp16)";
  }

  bool in_fp16_lanes() const override { return true; }

  UnitParts parts(const AcceleratorConfig::Array& array) const override {
    return {{"multiplier_fp16", accumulator_adder(array)}};
  }

  std::optional<std::string> cannot_run(const Encoding& encoding, const AcceleratorConfig&) const override {
    if (encoding.coding != Coding::fp16) return "mac-fp16 runs half-precision weights only";
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

  void execute(int, int group, PeValues& pe) const override {
    for (int m = 0; m < pe.tile.outputs; ++m) {
      const auto bits = pe.bits(Content::weights, 16 * (int64_t{group} * pe.tile.outputs + m), 16);
      multiply_accumulate(pe.x, half_value(static_cast<uint16_t>(bits)), pe, pe.psums + m * pe.tokens);
    }
  }
};

const Registration<Unit, MacFp16> mac_fp16_registration("mac-fp16");

}  // namespace
}  // namespace eyeshift
