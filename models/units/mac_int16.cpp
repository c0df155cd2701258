#include <algorithm>

#include "models/units/arithmetic.h"
#include "models/units/deliveries.h"

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
    const auto x = static_cast<int16_t>(pe.x[0]);
    for (int m = 0; m < pe.tile.outputs; ++m) {
      const auto bits = pe.bits(Content::weights, 16 * (int64_t{group} * pe.tile.outputs + m), 16);
      const int32_t product = int32_t{x} * static_cast<int16_t>(bits);
      pe.psums[m] = wrapped(static_cast<int64_t>(pe.psums[m]) + truncated(product, pe.product_shift));
    }
  }

  double add(double a, double b, Accumulator) const override {
    return wrapped(static_cast<int64_t>(a) + static_cast<int64_t>(b));
  }

  uint16_t output_bits(double value) const override {
    return static_cast<uint16_t>(static_cast<int64_t>(value));
  }

  // The chip's zero buffer stops the filter scratchpad's read and keeps multiplier and adder from switching
  // (Sec. V-E). Nothing there stops the partial sum: it is read and written back unchanged.
  std::vector<Action> gated_actions() const override {
    return {Action::multiply_int16_weights, Action::add_int16_psums, Action::spad_filter_read_weights};
  }

 private:
  // A scale in single precision may shift by more bits than there are.
  static int64_t truncated(int32_t product, int shift) {
    const int64_t shifted = shift >= 0 ? int64_t{product} >> std::min(shift, 31)
                                       : int64_t{product} * (int64_t{1} << std::min(-shift, 16));
    return static_cast<int16_t>(static_cast<uint16_t>(shifted));
  }
  static double wrapped(int64_t sum) { return static_cast<int16_t>(static_cast<uint16_t>(sum)); }
};

const Registration<Unit, MacInt16> registration("mac-int16");

}  // namespace
}  // namespace eyeshift
