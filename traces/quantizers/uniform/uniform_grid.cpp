#include "traces/quantizers/uniform/uniform_grid.h"

#include <algorithm>
#include <cmath>

#include "traces/quantizers/scale_rounding.h"

namespace eyeshift {

uint8_t UniformGrid::code(double w) const {
  const double shifted = std::nearbyint(w / divisor) + zero;
  return static_cast<uint8_t>(std::clamp(shifted, 0.0, static_cast<double>(max_code)));
}

double UniformGrid::value(uint8_t code) const { return scale * static_cast<float>(code - zero); }

UniformGrid fit_uniform_grid(double low, double high, int bits, bool symmetric, int scale_bits,
                             double least_range) {
  low = std::min(low, 0.0);
  high = std::max(high, 0.0);
  if (symmetric) {
    high = std::max(high, -low);
    low = -high;
  }
  if (low == 0 && high == 0 && least_range == 0) {
    low = -1;
    high = 1;
  }
  UniformGrid grid;
  grid.max_code = (1 << bits) - 1;
  // Halves first: high - low may overflow where both are near the largest double.
  const double scale = std::max(high / 2 - low / 2, least_range / 2) / grid.max_code * 2;
  grid.scale = rounded_positive_scale(scale, scale_bits);
  grid.divisor = std::abs(grid.scale - scale) < 0x1p-23 * scale ? scale : grid.scale;
  const double zero = symmetric ? 1 << (bits - 1) : std::nearbyint(-low / grid.divisor);
  grid.zero = static_cast<int>(std::min(zero, static_cast<double>(grid.max_code)));
  return grid;
}

}  // namespace eyeshift
