#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace eyeshift {

// An orthogonal matrix of n rows in two factors, the Kronecker product of left [p, p] and right [q, q], both
// row-major, n = p q (Chee et al., QuIP, NeurIPS 2023, section 4.1): applying it to a vector takes n (p + q)
// multiplications instead of n^2.
struct Rotation {
  std::vector<float> left, right;
};

// p <= q with p q = n, as near to each other as they can be: for a prime 1 and n.
std::pair<int64_t, int64_t> rotation_factors(int64_t n);

}  // namespace eyeshift
