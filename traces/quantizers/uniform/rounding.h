#pragma once

#include <Eigen/Core>

#include "traces/format/layer.h"

namespace eyeshift {

// The least span of a grid in AWQ's code (Lin et al., MLSys 2024) and AdaDim's, which takes it over. A group
// whose weights all have one sign is covered from zero on, here as on any other grid.
inline constexpr double kAwqLeastRange = 1e-5;

// W [M, K] rounded to nearest on a uniform grid per group of layout.group_rows x layout.group_cols weights;
// the grid is symmetric where the layout stores no zero points. least_range: see fit_uniform_grid(). Throws
// InputError where a scale overflows.
Layer round_to_nearest(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W,
                       double least_range = 0);

}  // namespace eyeshift
