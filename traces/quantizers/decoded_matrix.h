#pragma once

#include <Eigen/Core>

#include "traces/format/layer.h"

namespace eyeshift {

// The weights that a layer's stored tensors stand for, as doubles [M, K].
Eigen::MatrixXd decoded_matrix(const Layer& layer);

}  // namespace eyeshift
