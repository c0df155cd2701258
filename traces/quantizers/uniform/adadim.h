#pragma once

#include <Eigen/Core>

#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// A layer under AdaDim's two groupings (Heo et al., ICLR 2024): rounded to nearest on AWQ's grid per output
// and per input.
struct AdadimChoice {
  Axis axis = Axis::output;  // that with the smaller output error, per output where they are equal
  Layer layer;               // so rounded
};

// Throws InputError where options.group_size divides K or M not, or a scale overflows.
AdadimChoice choose_dimension(const std::string& scheme, const LayerShape& shape, const Eigen::MatrixXd& W,
                              const Calibration& calibration, const QuantizeOptions& options);

}  // namespace eyeshift
