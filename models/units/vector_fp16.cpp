#include <array>

#include "models/pe/arithmetic.h"

namespace eyeshift {
namespace {

// What an operation takes an element: cycles of a lane, each a multiplication, an addition or both.
struct Operation {
  std::string_view name;
  int cycles = 0, multiplies = 0, adds = 0;
};

// Counted in docs/machine/attention.md, step by step. Each has one multiply-add an element for its row's own work.
constexpr std::array<Operation, 4> kOperations = {
    {{"layer_norm", 6, 4, 5}, {"rms_norm", 4, 4, 2}, {"scale", 1, 1, 0}, {"softmax", 12, 8, 10}}};

const Operation* find_operation(const std::string& name) {
  for (const Operation& operation : kOperations)
    if (operation.name == name) return &operation;
  return nullptr;
}

// Elementwise work in the mac-fp16 lanes: no weights, an element is an input and becomes an output. Work is
// counted, values are not computed.
class VectorFp16 : public Unit {
 public:
  std::string_view summary() const override {
    return "norms and softmax, element by element, in the lanes of mac-fp16 (--context)";
  }

  bool in_fp16_lanes() const override { return true; }
  std::string_view host() const override { return "mac-fp16"; }

  UnitParts parts(const AcceleratorConfig::Array&) const override { return {}; }

  std::optional<std::string> cannot_run(const Encoding& encoding, const AcceleratorConfig&) const override {
    if (encoding.coding != Coding::none) return "vector-fp16 runs elementwise work only";
    if (find_operation(encoding.scheme) == nullptr)
      return "vector-fp16 runs layer_norm, rms_norm, scale and softmax, not '" + encoding.scheme + "'";
    return std::nullopt;
  }

  std::vector<FilterDelivery> deliveries(const Encoding&, const AcceleratorConfig&,
                                         const Pass&) const override {
    return {};
  }

  Program program(const Encoding& encoding, const AcceleratorConfig& accelerator,
                  const PeTile& tile) const override {
    const Operation* operation = find_operation(encoding.scheme);
    if (operation == nullptr) throw InternalError("vector-fp16 has no operation '" + encoding.scheme + "'");
    Step step{operation->cycles, 1, 1, {}};
    step.actions[Action::multiply_fp16_weights] = operation->multiplies;
    step.actions[add_psums(accelerator)] = operation->adds;
    step.actions[Action::spad_input_read_inputs] = 1;
    step.actions[Action::spad_psum_write_psums] = words16(psum_bits(accelerator));
    return {{step}, tile.inputs, tile.outputs, 1, {}};
  }

  void execute(int, int, PeValues&) const override {
    throw InternalError("vector-fp16 counts work, it computes no values");
  }
};

const Registration<Unit, VectorFp16> vector_fp16_registration("vector-fp16");

}  // namespace
}  // namespace eyeshift
