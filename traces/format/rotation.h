#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace eyeshift {

// An orthogonal matrix of n rows in two factors, the Kronecker product of left [p, p] and right [q, q], both
// row-major, n = p q, of a vector's entries in an order (Chee et al., QuIP, NeurIPS 2023, sections 4.1 and
// 4.3): Q x = (left x right) y, y_i = x[order_i]. Applying it takes n (p + q) multiplications instead of n^2.
struct Rotation {
  std::vector<float> left, right;
  std::vector<int32_t> order;  // [n], a permutation
};

// p <= q with p q = n, as near to each other as they can be: for a prime 1 and n.
std::pair<int64_t, int64_t> rotation_factors(int64_t n);

// Bits of an entry of the order: ceil(log2 n), at least one.
int order_bits(int64_t n);

}  // namespace eyeshift
