#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "traces/format/layer.h"

namespace eyeshift {

// A rotation of n = p q rows as the machine runs it: n / p products a vector with its left factor, on the
// columns of the vector as a [p, q] matrix, then n / q with its right one, on the rows of what comes out. In
// half precision, as the factors are stored. p = 1 leaves no left product: its entry is in the right factor.
struct RotationLayers {
  std::shared_ptr<const Layer> left;  // [p, p], may be none
  std::shared_ptr<const Layer> right;
};

// Named NAME.left and NAME.right; without weights where the rotation has none. backward: the inverse
// rotation, by the transposed factors.
RotationLayers rotation_layers(const std::string& name, const Rotation& rotation, int64_t n, bool backward);

// Vectors that `part` multiplies for a vector of the layer, by its name: LAYER.scale_inputs, or a factor of
// LAYER.rotate_inputs or LAYER.rotate_outputs. None where it is no such part.
std::optional<int64_t> vectors_of_part(const LayerShape& part, const LayerShape& layer);

// [vectors, rows, columns] -> [vectors, columns, rows].
std::vector<uint16_t> transposed(const std::vector<uint16_t>& values, int64_t rows, int64_t columns);

}  // namespace eyeshift
