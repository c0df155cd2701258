#include "traces/quantizers/binary_levels.h"

#include <algorithm>
#include <utility>

namespace eyeshift {

BinaryLevels::BinaryLevels(const PlaneScales& alpha, int planes) : planes_(planes) {
  std::array<std::pair<double, uint8_t>, 1 << kMaxPlanes> sums;
  for (int code = 0; code < count(); ++code) {
    double sum = 0;
    for (int p = 0; p < planes; ++p) sum += (code >> p & 1) != 0 ? alpha[p] : -alpha[p];
    sums[code] = {sum, static_cast<uint8_t>(code)};
  }
  std::sort(sums.begin(), sums.begin() + count());
  for (int position = 0; position < count(); ++position) {
    levels_[position] = sums[position].first;
    codes_[position] = sums[position].second;
  }
  for (int position = 0; position + 1 < count(); ++position) {
    midpoints_[position] = (levels_[position] + levels_[position + 1]) / 2;
  }
}

}  // namespace eyeshift
