#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "traces/format/layer.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// Mixed bits: which layer takes how many (You et al., NeurIPS 2024, section 4.3).

// The criterion of a layer's sensitivity, C = |S|_F std(S)^2 with S = W / diag(chol(H^-1)): every input's
// weights divided by its diagonal entry of the upper Cholesky factor of H^-1 (H as GPTQ damps it), std over
// all entries, of a sample. Throws InputError as damped_hessian() does.
double sensitivity_criterion(const LayerShape& shape, const Eigen::MatrixXd& W,
                             const Calibration& calibration);

// S of the criterion, [M, K].
Eigen::MatrixXd scaled_by_sensitivity(const LayerShape& shape, const Eigen::MatrixXd& W,
                                      const Calibration& calibration);
// The variance over all entries, of a sample.
double sample_variance(const Eigen::MatrixXd& values);

// A polynomial of log C that gives log error.
class ErrorFit {
 public:
  // Least squares over layers with criteria and errors above zero; of degree 2, or less where there are fewer
  // than 3 such layers with different criteria.
  ErrorFit(const std::vector<double>& criteria, const std::vector<double>& errors);
  double operator()(double criterion) const;

 private:
  Eigen::VectorXd coefficients_;  // ascending
  double centre_ = 0;             // of log C, for the sake of conditioning
};

// One of the widths that an item may take.
struct BitChoice {
  int bits = 0;
  double cost = 0;   // what counts against the budget, at least 0
  double error = 0;  // what is to be made small
};

// One choice an item, so that the sum of errors is least among all whose costs sum to at most `budget`; of
// equal errors the one of least cost. Exact: dynamic programming over undominated partial sums, cut by the
// bound of the linear relaxation. Returns the index of each item's choice; empty where even the cheapest ones
// exceed the budget.
std::vector<size_t> cheapest_errors(const std::vector<std::vector<BitChoice>>& items, double budget);

}  // namespace eyeshift
