#include "models/pe/gating.h"

#include <cmath>

namespace eyeshift {
namespace {

// How often a row of the filter meets a row of the input that is stored, over all rows of the output.
int64_t real_row_meetings(const Convolution& conv) {
  int64_t meetings = 0;
  for (int64_t e = 0; e < conv.E(); ++e)
    for (int64_t r = 0; r < conv.R; ++r) {
      const int64_t row = e * conv.stride + r - conv.pad;
      meetings += row >= 0 && row < conv.H ? 1 : 0;
    }
  return meetings;
}

}  // namespace

InputPairs input_pairs(const LayerShape& shape, int64_t tokens) {
  const int64_t all = shape.K * shape.M * shape.positions() * tokens;
  if (!shape.conv) return {all, 0};
  const int64_t meetings = real_row_meetings(*shape.conv);
  const int64_t real = meetings * meetings * (shape.conv->C / shape.conv->groups) * shape.M * tokens;
  return {real, all - real};
}

int64_t zero_pairs(const LayerShape& shape, int64_t tokens) {
  const InputPairs pairs = input_pairs(shape, tokens);
  return pairs.border + std::llround(shape.zero_fraction * static_cast<double>(pairs.real));
}

void gate_zero_inputs(const LayerShape& shape, int64_t tokens, const Unit& unit, LayerResult& result) {
  const std::vector<Action> gated = unit.gated_actions();
  const int64_t pairs = result.macs + result.padding_macs;
  if (gated.empty() || pairs == 0) return;
  result.gated_macs = zero_pairs(shape, tokens) + result.padding_macs;
  const double share = static_cast<double>(result.gated_macs) / static_cast<double>(pairs);
  for (const Action action : gated) {
    int64_t& count = result.actions[action];
    count -= std::llround(share * static_cast<double>(count));
  }
}

}  // namespace eyeshift
