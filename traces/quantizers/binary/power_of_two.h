#pragma once

#include <cstdint>

namespace eyeshift {

// Terms of a trace (Layer::pot): byte 0 is no term, else bit 7 the sign and bits 0-6 the exponent + 64. The
// exponent's range is -63 ... 63: a residual that rounds below 2^-63 gives no term, one above 2^63 takes
// 2^63.
constexpr int kMinExponent = -63;
constexpr int kMaxExponent = 63;
constexpr int kMaxTerms = 4;

// A scale as a sum of signed powers of two.
struct PowerOfTwoSum {
  uint8_t terms[kMaxTerms] = {};
  double value = 0;
};

// Greedy in the logarithm, on the signed residual (APoT, Li et al., ICLR 2020; ShiftAddLLM, You et al.,
// NeurIPS 2024): t = sign(r) 2^rint(log2|r|), r -= t, `terms` times (1 ... kMaxTerms) or until r is zero. The
// relative error is at most 0.41421, 0.10820, 0.02736 for 1, 2, 3 terms in range.
PowerOfTwoSum power_of_two_sum(double value, int terms);

}  // namespace eyeshift
