#pragma once

#include <Eigen/Core>

#include "traces/format/layer.h"
#include "traces/network/weights.h"

namespace eyeshift {

// Fills in a layer's rel_out, |W X - Wq X|^2 / |W X|^2 given X X^T [K, K], and w_err, |W - Wq|^2, for the
// weights W [M, K] that it codes. In tiles of rows, the same for any number of threads: beyond W and the
// decoded weights memory is a tile's.
void measure_errors(Layer& layer, const Eigen::MatrixXd& W, const Eigen::MatrixXd& gram, int threads);
void measure_errors(Layer& layer, const Activations& W, const Eigen::MatrixXd& gram, int threads);

// |W X - Wq X|^2 / |W X|^2 as above; 0 where both are 0, NaN where only |W X| is.
double relative_output_error(const Layer& layer, const Eigen::MatrixXd& W, const Eigen::MatrixXd& gram);

}  // namespace eyeshift
