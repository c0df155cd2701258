#pragma once

#include <Eigen/Core>
#include <vector>

#include "traces/network/network.h"

namespace eyeshift {

// The sum over windows of X X^T [K, K], X [K, tokens] being the inputs that a window's state holds: a
// window's product in single precision, the sum of the windows in double. A channel that is zero everywhere
// gives exact zeros. Tiles of the result are independent and each adds up the windows in order: the number of
// threads changes nothing.
Eigen::MatrixXd gram_of_inputs(const std::vector<Network::State>& windows, int threads);

}  // namespace eyeshift
