#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "traces/format/layer.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// What ShiftAddLLM's schemes have in common (You et al., NeurIPS 2024): GPTQ's loop, act-order unless told
// otherwise, with binary planes whose scales, sums of signed powers of two, are fitted to the updated
// weights. The schemes differ in which weights share scales.

// The command line's options that all of them read.
std::vector<std::string_view> shiftaddllm_options();

// Their encoding with scales shared by group_cols adjacent inputs x group_rows outputs; the last groups may
// be smaller. Throws InputError where an option is outside its range.
Encoding shiftaddllm_encoding(const std::string& scheme, const QuantizeOptions& options, int64_t group_rows,
                              int64_t group_cols);

// The same for a block-wise scheme: scales are shared by 8 inputs and an eighth of the outputs, rounded up,
// or so many outputs that options.group_size weights share them. Throws InputError also where these do not
// divide M.
Encoding shiftaddllm_block_encoding(const std::string& scheme, const LayerShape& shape,
                                    const QuantizeOptions& options);

// Codes W [M, K] so. A group's scales are fitted when its first column is due; each of its columns is then
// coded with them at its turn. Throws InputError where W holds what powers of two cannot, or as
// damped_hessian() does.
Layer quantize_shiftaddllm(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W,
                           const Calibration& calibration, const QuantizeOptions& options);

}  // namespace eyeshift
