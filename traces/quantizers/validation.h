#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <string_view>

#include "traces/format/layer.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// All of these throw an InputError that names the layer or option, the value and what is allowed.

// K and M are at least 1.
void check_shape(const LayerShape& shape);

// W is [M, K] and finite.
void check_weights(const LayerShape& shape, const Eigen::MatrixXd& W);

// The Gram matrix is [K, K] and finite, its diagonal not negative, no entry larger than its diagonal allows,
// and tokens at least 1.
void check_calibration(const LayerShape& shape, const Calibration& calibration);

// low <= value <= high; option is the command line's name, e.g. "--bits".
void check_range(std::string_view scheme, std::string_view option, int64_t value, int64_t low, int64_t high);

// scale_bits is 16 or 32.
void check_scale_bits(int scale_bits);

// The group's extent: group_size, or extent where group_size is 0. It must divide extent ("K" or "M", named
// by axis).
int64_t checked_group(const LayerShape& shape, int64_t group_size, int64_t extent, std::string_view axis);

}  // namespace eyeshift
