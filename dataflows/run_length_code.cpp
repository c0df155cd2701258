#include "dataflows/run_length_code.h"

#include <algorithm>
#include <cmath>

#include "base/integers.h"

namespace eyeshift {
namespace {

constexpr int kLongestRun = 31;
constexpr int64_t kPairsOfWord = 3, kWordBits = 64;

int64_t bits_of(int64_t pairs) { return divide_up(pairs, kPairsOfWord) * kWordBits; }

}  // namespace

int64_t run_length_bits(const std::vector<uint16_t>& values) {
  int64_t pairs = 0;
  int run = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const bool ends = values[i] != 0 || run == kLongestRun || i + 1 == values.size();
    run = ends ? 0 : run + 1;
    pairs += ends ? 1 : 0;
  }
  return bits_of(pairs);
}

// A value ends a pair where it is not zero, or is the 32nd zero in a row since the last pair ended. Pairs
// renew, so their rate is one over their expected length: (1 - z^32) / (1 - z) values.
int64_t run_length_bits(int64_t values, double zero_fraction) {
  if (values == 0) return 0;
  const double z = zero_fraction;
  const double length = z < 1 ? (1 - std::pow(z, kLongestRun + 1)) / (1 - z) : kLongestRun + 1;
  const auto pairs = static_cast<int64_t>(std::llround(static_cast<double>(values) / length));
  return bits_of(std::clamp<int64_t>(pairs, 1, values));
}

}  // namespace eyeshift
