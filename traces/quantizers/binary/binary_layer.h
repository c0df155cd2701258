#pragma once

#include <cstdint>
#include <vector>

#include "traces/format/layer.h"
#include "traces/quantizers/binary/binary_fit.h"
#include "traces/quantizers/packing.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// Collects the planes and scales of a layer of Coding::binary, rounding scales as its encoding says: to half
// or single precision, or to sums of powers of two.
class BinaryLayer {
 public:
  BinaryLayer(const LayerShape& shape, const Encoding& encoding);

  // Rounds and stores a group's scales; returns the levels they leave. Throws InputError where a scale
  // overflows.
  BinaryLevels set_scales(int64_t row_group, int64_t column_group, const PlaneScales& alpha);

  // Stores the code of the level nearest to w at [m, k]; returns what it decodes to.
  double store(int64_t m, int64_t k, double w, const BinaryLevels& levels) {
    const int position = levels.nearest(w);
    codes_(m, k) = levels.code(position);
    return static_cast<float>(levels.level(position));
  }

  // Stores the code that greedy coding gives w at [m, k].
  void store_greedy(int64_t m, int64_t k, double w, const BinaryLevels& levels) {
    codes_(m, k) = levels.greedy_code(w);
  }

  // Call once, after all codes and scales are set.
  Layer finish();

 private:
  Layer layer_;
  CodeMatrix codes_;
  int64_t row_groups_, column_groups_;
};

}  // namespace eyeshift
