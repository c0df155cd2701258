#pragma once

#include <Eigen/Core>

#include "traces/format/layer.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// Where GPTQ's grids come from: a row's (or those of its groups of adjacent inputs) from the original
// weights; those of groups of inputs in coding order from the weights as updated when the group begins; a
// column's (or those of its groups of outputs) from the column as updated at its turn.
enum class GridSource { original, group_start, column };

// Codes W [M, K] by GPTQ (Frantar et al., ICLR 2023): columns one after the other, each column's error fed to
// the columns after it, on grids of layout's groups. Throws InputError as damped_hessian() does, or where a
// scale overflows.
Layer quantize_gptq(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W,
                    const Calibration& calibration, bool act_order, bool compensation, GridSource source,
                    int threads);

}  // namespace eyeshift
