#pragma once

#include <vector>

namespace eyeshift {

// Kendall's tau-b of two rankings of the same things (Kendall, 1945): concordant pairs minus discordant ones,
// over the geometric mean of the pairs that are not tied in a and those that are not tied in b; -1 to 1. NaN
// where all of a or all of b are equal. a and b have the same size.
double kendall_tau(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace eyeshift
