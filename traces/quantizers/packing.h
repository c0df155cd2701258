#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace eyeshift {

// One code a weight, [M, K].
using CodeMatrix = Eigen::Matrix<uint8_t, Eigen::Dynamic, Eigen::Dynamic>;

// Layer::codes: [M, ceil(K bits / 8)], least significant bit first; the codes' upper bits are dropped. bits:
// 1 ... 8.
std::vector<uint8_t> packed_codes(const CodeMatrix& codes, int bits);

// Layer::planes: [planes, M, ceil(K / 8)]; bit p of a code is the weight's sign in plane p, 1 for +1. Padding
// is 0.
std::vector<uint8_t> packed_planes(const CodeMatrix& codes, int planes);

}  // namespace eyeshift
