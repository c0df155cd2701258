#include "sim/values/input_form.h"

#include <algorithm>

#include "base/numbers/half.h"

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
    const int64_t place = i % layer.shape.K;
    const int64_t k =
        form == InputForm::rotated ? layer.rotate_inputs.order[static_cast<size_t>(place)] : place;
    const float input = values[i - place + k];
    const float value =
        form == InputForm::plain ? input : formed(form, input, layer.input_scales[static_cast<size_t>(k)]);
    halves.push_back(half_from_float(saturated(value)));
  }
  return halves;
}

std::vector<uint16_t> ordered_outputs(const Layer& layer, std::vector<uint16_t> values) {
  if (layer.encoding.inputs != InputForm::rotated) return values;
  const std::vector<int32_t>& order = layer.rotate_outputs.order;
  std::vector<uint16_t> outputs(values.size());
  for (size_t token = 0; token < values.size(); token += order.size())
    for (size_t i = 0; i < order.size(); ++i)
      outputs[token + static_cast<size_t>(order[i])] = values[token + i];
  return outputs;
}

}  // namespace eyeshift
