#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// Quantizes one matrix W [M, K] by a registered scheme, calibrated on the inputs X [K, tokens]; with further
// inputs X_test [K, tokens] the error on them too. The trace has one layer, "weight". All three are .npy.
// Throws InputError for a file that is not a finite matrix, for shapes that do not fit, for an unknown scheme
// or its options.
Trace quantize_matrix(const std::filesystem::path& W, const std::filesystem::path& X,
                      const std::optional<std::filesystem::path>& X_test, const std::string& scheme,
                      const QuantizeOptions& options);

}  // namespace eyeshift
