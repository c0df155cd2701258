#pragma once

#include <array>
#include <cstdint>

namespace eyeshift {

constexpr int kMaxPlanes = 8;

// The scales of one group's planes; entries from `planes` on are unused.
using PlaneScales = std::array<double, kMaxPlanes>;

// The 2^planes values that sum over planes of +-alpha can take, in ascending order. A code's bit p is 1 where
// plane p contributes +alpha_p.
class BinaryLevels {
 public:
  BinaryLevels() = default;
  // planes: 1 ... kMaxPlanes.
  BinaryLevels(const PlaneScales& alpha, int planes);

  int count() const { return 1 << planes_; }
  double level(int position) const { return levels_[position]; }
  uint8_t code(int position) const { return codes_[position]; }
  // The code that greedy coding gives w: each plane takes the sign of what the planes before it leave.
  uint8_t greedy_code(double w) const {
    uint8_t code = 0;
    for (int p = 0; p < planes_; ++p) {
      const bool positive = w >= 0;
      code |= static_cast<uint8_t>(positive << p);
      w -= positive ? alpha_[p] : -alpha_[p];
    }
    return code;
  }
  // Halfway between the levels at position and position + 1.
  double midpoint(int position) const { return midpoints_[position]; }

  // The position of the level nearest to w; a w at a midpoint takes the upper one.
  int nearest(double w) const {
    int position = 0;
    for (int step = 1 << (planes_ - 1); step > 0; step >>= 1) {
      position += w >= midpoints_[position + step - 1] ? step : 0;
    }
    return position;
  }

 private:
  int planes_ = 1;
  PlaneScales alpha_{};
  std::array<double, 1 << kMaxPlanes> levels_;
  std::array<double, 1 << kMaxPlanes> midpoints_;
  std::array<uint8_t, 1 << kMaxPlanes> codes_;
};

}  // namespace eyeshift
