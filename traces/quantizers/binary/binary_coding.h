#pragma once

#include <Eigen/Core>
#include <string>

#include "traces/format/layer.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// The encoding of binary planes with real scales shared along an axis: rows (or options.group_size inputs of
// one, a multiple of 8) or columns (or options.group_size outputs of one). Throws InputError where bits are
// outside 1 ... kMaxPlanes or the group does not divide its axis.
Encoding binary_encoding(const std::string& scheme, const LayerShape& shape, const QuantizeOptions& options);

// Codes W [M, K] group by group with scales fitted to the weights alone, in at most `cycles` alternating
// rounds (fit_plane_scales()), each weight taking the nearest level, or, after 0 rounds, what greedy coding
// gives it. Throws InputError where a scale overflows.
Layer code_in_planes(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W, int cycles);

}  // namespace eyeshift
