#include "sim/input_form.h"

#include <algorithm>

#include "traces/format/half.h"

namespace eyeshift {
namespace {

float saturated(float value) { return std::clamp(value, -65504.0f, 65504.0f); }

float formed(InputForm form, float value, float scale) {
  if (form == InputForm::scaled) return value / scale;
  return round_to_half(saturated(value)) * round_to_half(saturated(1 / scale));
}

}  // namespace

std::vector<uint16_t> formed_inputs(const Layer& layer, const float* values, int64_t count) {
  const InputForm form = layer.encoding.inputs;
  std::vector<uint16_t> halves;
  halves.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const float value =
        form == InputForm::plain
            ? values[i]
            : formed(form, values[i], layer.input_scales[static_cast<size_t>(i % layer.shape.K)]);
    halves.push_back(half_from_float(saturated(value)));
  }
  return halves;
}

}  // namespace eyeshift
