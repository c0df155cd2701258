#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/network/network.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// How much a layer suffers from quantization, and what could have told it before.

// A number of a layer that may tell how sensitive it is, without quantizing it. S is W / diag(chol(H^-1)), as
// sensitivity_criterion() has it.
struct CandidateCriterion {
  std::string_view name;
  double (*of)(const Eigen::MatrixXd& W, const Eigen::MatrixXd& S);
};
// The criterion of ShiftAddLLM (You et al., NeurIPS 2024, section 4.3) first, then its parts and simpler
// ones.
const std::vector<CandidateCriterion>& candidate_criteria();

// Of a layer quantized alone at one width, its inputs those of the unquantized network.
struct WidthErrors {
  int bits = 0;
  double weight = 0, relative_weight = 0;  // |W - Wq|^2, over |W|^2
  double output = 0, relative_output = 0;  // |W X - Wq X|^2, over |W X|^2; X the calibration inputs
};

struct MeasuredSensitivity {
  LayerShape shape;
  std::vector<double> criteria;     // in the order of candidate_criteria()
  std::vector<WidthErrors> errors;  // in the order of the widths
};

// Quantizes every layer of a network that does not stay in half precision at each of `bits`, each alone.
// on_layer is called, from any thread, as layers are done. Throws InputError as quantize_network() does.
std::vector<MeasuredSensitivity> measure_sensitivity(const Network& network, const std::string& scheme,
                                                     const QuantizeOptions& options,
                                                     const std::vector<int>& bits, const Tokens& calibration,
                                                     const std::function<void()>& on_layer = {},
                                                     int threads = 0);

}  // namespace eyeshift
