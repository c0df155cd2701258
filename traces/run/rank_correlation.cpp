#include "traces/run/rank_correlation.h"

#include <cmath>
#include <cstdint>

namespace eyeshift {

double kendall_tau(const std::vector<double>& a, const std::vector<double>& b) {
  const auto sign = [](double x, double y) { return (x > y ? 1 : 0) - (x < y ? 1 : 0); };
  int64_t score = 0, untied_a = 0, untied_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = i + 1; j < a.size(); ++j) {
      const int of_a = sign(a[i], a[j]), of_b = sign(b[i], b[j]);
      score += of_a * of_b;
      untied_a += of_a != 0 ? 1 : 0;
      untied_b += of_b != 0 ? 1 : 0;
    }
  }
  return static_cast<double>(score) /
         std::sqrt(static_cast<double>(untied_a) * static_cast<double>(untied_b));
}

}  // namespace eyeshift
