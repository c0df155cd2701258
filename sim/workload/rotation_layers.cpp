#include "sim/workload/rotation_layers.h"

#include <utility>

#include "base/numbers/half.h"

namespace eyeshift {
namespace {

std::shared_ptr<const Layer> factor_layer(const std::string& name, const std::vector<float>& entries,
                                          int64_t n, bool backward) {
  auto layer = std::make_shared<Layer>();
  layer->shape = {name, n, n};
  layer->weight.reserve(entries.size());
  for (const float entry : entries) layer->weight.push_back(half_from_float(entry));
  if (backward) layer->weight = transposed(layer->weight, n, n);
  return layer;
}

}  // namespace

RotationLayers rotation_layers(const std::string& name, const Rotation& rotation, int64_t n, bool backward) {
  const auto [p, q] = rotation_factors(n);
  RotationLayers layers;
  std::vector<float> right = rotation.right;
  if (p > 1)
    layers.left = factor_layer(name + ".left", rotation.left, p, backward);
  else
    for (float& entry : right) entry *= rotation.left.front();
  layers.right = factor_layer(name + ".right", right, q, backward);
  return layers;
}

std::optional<int64_t> vectors_of_part(const LayerShape& part, const LayerShape& layer) {
  if (part.name.rfind(layer.name, 0) != 0) return std::nullopt;  // reports compare every pair of layers
  if (part.name == layer.name + ".scale_inputs") return layer.K;
  for (const auto& [rotation, n] : {std::pair(".rotate_inputs", layer.K), {".rotate_outputs", layer.M}})
    for (const char* side : {".left", ".right"})
      if (part.name == layer.name + rotation + side && n % part.K == 0) return n / part.K;
  return std::nullopt;
}

std::vector<uint16_t> transposed(const std::vector<uint16_t>& values, int64_t rows, int64_t columns) {
  std::vector<uint16_t> turned(values.size());
  const auto size = static_cast<size_t>(rows * columns);
  for (size_t vector = 0; vector < values.size(); vector += size)
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < columns; ++column)
        turned[vector + static_cast<size_t>(column * rows + row)] =
            values[vector + static_cast<size_t>(row * columns + column)];
  return turned;
}

}  // namespace eyeshift
