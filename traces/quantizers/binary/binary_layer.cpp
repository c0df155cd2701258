#include "traces/quantizers/binary/binary_layer.h"

#include <utility>

#include "traces/quantizers/binary/power_of_two.h"
#include "traces/quantizers/scale_rounding.h"

namespace eyeshift {

BinaryLayer::BinaryLayer(const LayerShape& shape, const Encoding& encoding)
    : codes_(shape.M, shape.K),
      row_groups_(row_groups(encoding, shape.M)),
      column_groups_(column_groups(encoding, shape.K)) {
  layer_.shape = shape;
  layer_.encoding = encoding;
  const auto scales = static_cast<size_t>(encoding.bits * row_groups_ * column_groups_);
  if (encoding.power_of_two) {
    layer_.pot.resize(scales * static_cast<size_t>(encoding.terms));
  } else {
    layer_.alpha.resize(scales);
  }
}

BinaryLevels BinaryLayer::set_scales(int64_t row_group, int64_t column_group, const PlaneScales& alpha) {
  const Encoding& encoding = layer_.encoding;
  PlaneScales stored{};
  for (int p = 0; p < encoding.bits; ++p) {
    const int64_t index = (p * row_groups_ + row_group) * column_groups_ + column_group;
    if (encoding.power_of_two) {
      const PowerOfTwoSum sum = power_of_two_sum(alpha[p], encoding.terms);
      for (int t = 0; t < encoding.terms; ++t) layer_.pot[index * encoding.terms + t] = sum.terms[t];
      stored[p] = sum.value;
    } else {
      layer_.alpha[index] = rounded_scale(alpha[p], encoding.scale_bits);
      stored[p] = layer_.alpha[index];
    }
  }
  return BinaryLevels(stored, encoding.bits);
}

Layer BinaryLayer::finish() {
  layer_.planes = packed_planes(codes_, layer_.encoding.bits);
  return std::move(layer_);
}

}  // namespace eyeshift
