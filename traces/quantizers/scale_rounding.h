#pragma once

namespace eyeshift {

// A scale >= 0 rounded to half (scale_bits 16) or single precision (32), to nearest, ties to even. Throws
// InputError where it exceeds the largest finite value.
float rounded_scale(double scale, int scale_bits);

// As above for a scale > 0 that must stay above zero: what would round to zero takes the smallest subnormal.
float rounded_positive_scale(double scale, int scale_bits);

}  // namespace eyeshift
