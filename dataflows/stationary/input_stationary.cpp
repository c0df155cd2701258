#include "dataflows/row_order.h"

namespace eyeshift {
namespace {

// Inputs stay in the PEs, and with them the tables that a look-up unit builds of them, while the weights of
// all outputs stream past: the natural order for look-up tables in decode, where a table is built once and
// queried by every output. The order of tiles is row stationary's; a PE keeps the q inputs of all n tokens in
// its input scratchpad.
class InputStationary : public RowOrder {
 public:
  std::string_view summary() const override {
    return "inputs, and tables built of them, stay in the PEs while the weights of all outputs stream past";
  }

 protected:
  bool inputs_stay() const override { return true; }
  std::string refusal(const Case& layer) const override {
    if (layer.tiling.conv) return "input-stationary runs linear layers only: a convolution's windows slide";
    if (layer.geometry.token_scale_bits > 0)
      return "input-stationary has no place for a token's scale, which unit '" + layer.geometry.unit_name +
             "' wants with every pass";
    const int64_t words = layer.tiling.n * layer.tiling.q * layer.geometry.input_bits;
    const int64_t room = int64_t{layer.geometry.accelerator.spad_words.input} * 16;
    if (words > room)
      return "the input scratchpad would hold n q = " + std::to_string(layer.tiling.n * layer.tiling.q) +
             " inputs (" + std::to_string(divide_up(words, 16)) + " words); it has " +
             std::to_string(room / 16) + " (spad_words.input): choose a smaller n or q";
    return "";
  }
};

const Registration<Dataflow, InputStationary> input_stationary_registration("input-stationary");

}  // namespace
}  // namespace eyeshift
