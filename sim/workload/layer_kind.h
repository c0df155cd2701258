#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace eyeshift {

// What a layer of a run is: weights times inputs, as a linear layer or a convolution; a product of attention,
// whose weights are a KV cache; elementwise work.
enum class LayerKind : uint8_t { linear, convolution, attention, vector };

inline constexpr std::array<LayerKind, 4> kLayerKinds = {LayerKind::linear, LayerKind::convolution,
                                                         LayerKind::attention, LayerKind::vector};

inline constexpr std::string_view name_of(LayerKind kind) {
  constexpr std::string_view names[] = {"linear", "convolution", "attention", "vector"};
  return names[static_cast<size_t>(kind)];
}

}  // namespace eyeshift
