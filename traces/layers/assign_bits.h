#pragma once

#include <array>
#include <vector>

#include "traces/network/network.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

inline constexpr std::array<int, 3> kBitChoices = {2, 3, 4};

// What is known of a layer before bits are assigned.
struct LayerSensitivity {
  LayerShape shape;
  double criterion = 0;               // sensitivity_criterion()
  std::array<double, 3> errors = {};  // |W X - Wq X|^2 at 2, 3 and 4 bits, each layer quantized alone
};

// Quantizes a layer at each width. Throws InputError as the quantizer does.
LayerSensitivity sensitivity(const Quantizer& quantizer, const LayerShape& shape, const Eigen::MatrixXd& W,
                             const Calibration& calibration, QuantizeOptions options);

// Bits of 2, 3 or 4 for each layer, in order: those of the least sum of errors, measured
// (options.measured_errors) or as polynomials fitted to the criterion give them for each width, with
// options.average_bits (or bits) on average over weights or layers, or with costs in all of at most
// options.budget. Throws InputError where the budget is less than 2 bits take, or costs of a layer are
// missing.
std::vector<int> assign_bits(const std::vector<LayerSensitivity>& layers, const QuantizeOptions& options);

}  // namespace eyeshift
