#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/numbers/half.h"

namespace eyeshift {

// Inputs of scheme int8: codes of -127 .. 127 with a scale a token, the token's largest magnitude / 127 in
// half precision, which is the width that it travels in. A token of zeros, or one too small for a half, has
// scale 0.
inline float int8_token_scale(float largest_magnitude) { return round_to_half(largest_magnitude / 127.0f); }

inline int8_t int8_input(float value, float token_scale) {
  if (token_scale == 0.0f) return 0;
  return static_cast<int8_t>(std::clamp(std::nearbyint(value / token_scale), -127.0f, 127.0f));
}

}  // namespace eyeshift
