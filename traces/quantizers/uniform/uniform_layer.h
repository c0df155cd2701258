#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/format/layer.h"
#include "traces/quantizers/packing.h"
#include "traces/quantizers/quantizer.h"
#include "traces/quantizers/uniform/uniform_grid.h"

namespace eyeshift {

// The encoding of a uniform grid per group of options.group_size inputs of a row (Axis::output) or outputs of
// a column (Axis::input). Zero points have the codes' width; symmetric grids store none, theirs is
// 2^(bits - 1). Throws InputError where bits are outside 2 ... 8 or the group does not divide its axis.
Encoding uniform_encoding(const std::string& scheme, const LayerShape& shape, const QuantizeOptions& options,
                          Axis axis);

// Collects the codes and grids of a layer with that encoding.
class UniformLayer {
 public:
  UniformLayer(const LayerShape& shape, const Encoding& encoding);

  void set_grid(int64_t row_group, int64_t column_group, const UniformGrid& grid);
  // The code of w on `grid`, stored at [m, k]; returns what it decodes to.
  double store(int64_t m, int64_t k, double w, const UniformGrid& grid) {
    return grid.value(codes_(m, k) = grid.code(w));
  }
  void store_row(int64_t m, const std::vector<uint8_t>& codes) {
    for (size_t k = 0; k < codes.size(); ++k) codes_(m, static_cast<int64_t>(k)) = codes[k];
  }
  void set_group_index(int64_t k, int64_t column_group);

  // Call once, after all codes and grids are set.
  Layer finish();

 private:
  Layer layer_;
  CodeMatrix codes_;
  int64_t column_groups_;
};

}  // namespace eyeshift
