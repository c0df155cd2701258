#include "traces/quantizers/binary/binary_levels.h"

#include <algorithm>
#include <utility>

namespace eyeshift {

BinaryLevels::BinaryLevels(const PlaneScales& alpha, int planes) : planes_(planes), alpha_(alpha) {
  // Equal sums keep the order of their patterns, plane 0 first, + before -: the next least squares depends on
  // it.
  std::array<std::pair<double, int>, 1 << kMaxPlanes> sums;
  for (int pattern = 0; pattern < count(); ++pattern) {
    double sum = 0;
    for (int p = 0; p < planes; ++p) sum += (pattern >> (planes - 1 - p) & 1) == 0 ? alpha[p] : -alpha[p];
    sums[pattern] = {sum, pattern};
  }
  std::sort(sums.begin(), sums.begin() + count());
  for (int position = 0; position < count(); ++position) {
    levels_[position] = sums[position].first;
    codes_[position] = 0;
    for (int p = 0; p < planes; ++p) {
      const bool positive = (sums[position].second >> (planes - 1 - p) & 1) == 0;
      codes_[position] |= static_cast<uint8_t>(positive << p);
    }
  }
  for (int position = 0; position + 1 < count(); ++position) {
    midpoints_[position] = (levels_[position] + levels_[position + 1]) / 2;
  }
}

}  // namespace eyeshift
