#include "traces/quantizers/uniform/uniform_layer.h"

#include <utility>

#include "traces/quantizers/validation.h"

namespace eyeshift {

Encoding uniform_encoding(const std::string& scheme, const LayerShape& shape, const QuantizeOptions& options,
                          Axis axis) {
  check_range(scheme, "--bits", options.bits, 2, 8);
  check_scale_bits(options.scale_bits);
  Encoding encoding;
  encoding.scheme = scheme;
  encoding.coding = Coding::uniform;
  encoding.bits = options.bits;
  encoding.scale_bits = options.scale_bits;
  encoding.zero_bits = options.symmetric ? 0 : options.bits;
  if (axis == Axis::output) {
    encoding.group_cols = checked_group(shape, options.group_size, shape.K, "K");
  } else {
    encoding.group_rows = checked_group(shape, options.group_size, shape.M, "M");
  }
  return encoding;
}

UniformLayer::UniformLayer(const LayerShape& shape, const Encoding& encoding)
    : codes_(shape.M, shape.K), column_groups_(column_groups(encoding, shape.K)) {
  layer_.shape = shape;
  layer_.encoding = encoding;
  const auto grids = static_cast<size_t>(row_groups(encoding, shape.M) * column_groups_);
  layer_.scales.resize(grids);
  if (encoding.zero_bits > 0) layer_.zeros.resize(grids);
  if (encoding.group_index_bits > 0) layer_.group_index.resize(static_cast<size_t>(shape.K));
}

void UniformLayer::set_grid(int64_t row_group, int64_t column_group, const UniformGrid& grid) {
  const auto index = static_cast<size_t>(row_group * column_groups_ + column_group);
  layer_.scales[index] = grid.scale;
  if (!layer_.zeros.empty()) layer_.zeros[index] = static_cast<uint8_t>(grid.zero);
}

void UniformLayer::set_group_index(int64_t k, int64_t column_group) {
  if (!layer_.group_index.empty())
    layer_.group_index[static_cast<size_t>(k)] = static_cast<int32_t>(column_group);
}

Layer UniformLayer::finish() {
  layer_.codes = packed_codes(codes_, layer_.encoding.bits);
  return std::move(layer_);
}

}  // namespace eyeshift
