#include "traces/quantizers/scale_rounding.h"

#include <cmath>
#include <limits>
#include <sstream>

#include "base/errors.h"
#include "base/numbers/half.h"

namespace eyeshift {

float rounded_scale(double scale, int scale_bits) {
  const auto single = static_cast<float>(scale);
  const float rounded = scale_bits == 16 ? round_to_half(single) : single;
  if (std::isfinite(rounded)) return rounded;
  std::ostringstream message;
  message << "a scale of " << scale << " exceeds "
          << (scale_bits == 16 ? "half precision's 65504: use --scale-type f32" : "single precision's range")
          << ", or check the weights for outliers";
  throw InputError(message.str());
}

float rounded_positive_scale(double scale, int scale_bits) {
  const float rounded = rounded_scale(scale, scale_bits);
  if (rounded > 0) return rounded;
  return scale_bits == 16 ? 0x1p-24f : std::numeric_limits<float>::denorm_min();
}

}  // namespace eyeshift
