#include <algorithm>

#include "models/pe/arithmetic.h"
#include "models/pe/deliveries.h"

namespace eyeshift {
namespace {

// Eyeriss's own unit (Chen et al., JSSC 2017): 16-bit fixed point, the 32-bit product shifted back by the
// weights' fraction bits and truncated to 16, 16-bit partial sums that wrap. A zero input is gated: it takes
// its cycles and moves its partial sum, but neither reads the weight nor switches multiplier and adder.
class MacInt16 : public Unit {
 public:
  std::string_view summary() const override {
    return "16-bit fixed-point multiply and add, one weight a cycle, zero inputs gated (int16)";
  }

  UnitParts parts(const AcceleratorConfig::Array&) const override {
    return {{"multiplier_int16", "adder_int16"}};
  }

  std::optional<std::string> cannot_run(const Encoding& encoding, const AcceleratorConfig&) const override {
    if (encoding.coding != Coding::int16) return "mac-int16 runs scheme int16 only";
    return std::nullopt;
  }

  int psum_bits(const AcceleratorConfig&) const override { return 16; }

  std::vector<FilterDelivery> deliveries(const Encoding& encoding, const AcceleratorConfig&,
                                         const Pass& pass) const override {
    std::vector<FilterDelivery> out;
    add_weights(encoding, pass, out);
    return out;
  }

  Program program(const Encoding& encoding, const AcceleratorConfig&, const PeTile& tile) const override {
    Step step{tile.outputs, 1, 1, {}};
    step.actions[Action::multiply_int16_weights] = tile.outputs;
    step.actions[Action::add_int16_psums] = tile.outputs;
    step.actions[Action::spad_filter_read_weights] = words16(weight_bits(encoding, 1, tile.outputs));
    step.actions[Action::spad_input_read_inputs] = 1;
    count_accumulations(tile.outputs, 16, step.actions);
    return {{step}, tile.inputs, tile.outputs, 1, {}};
  }

  void execute(int, int group, PeValues& pe) const override {
    for (int m = 0; m < pe.tile.outputs; ++m) {
      const auto bits = pe.bits(Content::weights, 16 * (int64_t{group} * pe.tile.outputs + m), 16);
      const int32_t weight = static_cast<int16_t>(bits);
      double* psums = pe.psums + m * pe.tokens;
      for (int i = 0; i < pe.tokens; ++i) {
        const int32_t product = static_cast<int32_t>(pe.x[i]) * weight;
        psums[i] = low_16_bits(static_cast<int32_t>(psums[i]) + truncated(product, pe.product_shift));
      }
    }
  }

  void add(const double* below, double* sums, int64_t count, Accumulator) const override {
    for (int64_t i = 0; i < count; ++i)
      sums[i] = low_16_bits(static_cast<int32_t>(below[i]) + static_cast<int32_t>(sums[i]));
  }

  float input_value(uint16_t bits) const override { return static_cast<int16_t>(bits); }
  uint16_t output_bits(double value) const override {
    return static_cast<uint16_t>(static_cast<int32_t>(value));
  }

  // The chip's zero buffer stops the filter scratchpad's read and keeps multiplier and adder from switching
  // (Sec. V-E). Nothing there stops the partial sum: it is read and written back unchanged.
  std::vector<Action> gated_actions() const override {
    return {Action::multiply_int16_weights, Action::add_int16_psums, Action::spad_filter_read_weights};
  }

 private:
  // A scale in single precision may shift by more bits than there are.
  static int32_t truncated(int32_t product, int shift) {
    const auto bits = static_cast<uint32_t>(product);
    return low_16_bits(shift >= 0 ? product >> std::min(shift, 31)
                                  : static_cast<int32_t>(bits << std::min(-shift, 16)));
  }
  static int32_t low_16_bits(int32_t value) {
    return static_cast<int16_t>(static_cast<uint16_t>(static_cast<uint32_t>(value)));
  }
};

const Registration<Unit, MacInt16> mac_int16_registration("mac-int16");

}  // namespace
}  // namespace eyeshift
