#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "traces/format/layer.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// A layer in QuIP's incoherent form (Chee et al., NeurIPS 2023): inputs divided by s = (diag H / diag
// W^T W)^(1/4) and rotated by V, outputs rotated by U, so that no weight and no input stands out.
struct IncoherentLayer {
  Eigen::MatrixXd W;        // U W diag(s) V^T
  Calibration calibration;  // of the inputs V diag(s)^-1 x, H K / tr(H) + 0.01 I before the rotation
  std::vector<float> input_scales;
  Rotation rotate_inputs, rotate_outputs;
};

// U and V are two-factor random orthogonal matrices, entries rounded to half precision, of channels in random
// order, drawn from the seed: those of layers of equal K (or M) are equal. Throws InputError as
// check_calibration() does.
IncoherentLayer make_incoherent(const LayerShape& shape, const Eigen::MatrixXd& W,
                                const Calibration& calibration, uint64_t seed);

// A layer that was quantized in incoherent form, with what leads back from it.
Layer with_rotations(Layer layer, const IncoherentLayer& incoherent);

}  // namespace eyeshift
