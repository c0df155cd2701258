#include "traces/quantizers/binary/power_of_two.h"

#include <algorithm>
#include <cmath>

namespace eyeshift {

PowerOfTwoSum power_of_two_sum(double value, int terms) {
  PowerOfTwoSum sum;
  double residual = value;
  for (int t = 0; t < terms && residual != 0; ++t) {
    // rint(log2|r|) exactly: |r| = m 2^e with m in [1/2, 1) rounds up from sqrt(1/2), which no double equals.
    int exponent;
    const double mantissa = std::frexp(std::abs(residual), &exponent);
    if (mantissa < std::sqrt(0.5)) --exponent;
    if (exponent < kMinExponent) break;
    exponent = std::min(exponent, kMaxExponent);
    const bool negative = residual < 0;
    sum.terms[t] = static_cast<uint8_t>((negative ? 0x80 : 0) | (exponent + 64));
    const double term = std::ldexp(negative ? -1.0 : 1.0, exponent);
    sum.value += term;
    residual -= term;
  }
  return sum;
}

}  // namespace eyeshift
