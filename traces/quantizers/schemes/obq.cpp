#include <Eigen/Cholesky>

#include "base/parallel.h"
#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"
#include "traces/quantizers/feedback/optimal_brain.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

// Pivots of H below this share of its largest diagonal entry count as none.
constexpr double kLeastPivot = 1e-10;

// H^-1, or (H + I)^-1 where H is not positive definite, as with fewer tokens than inputs: OBQ's code damps no
// other.
Eigen::MatrixXd inverse_or_regularised(Eigen::MatrixXd H) {
  const Eigen::LLT<Eigen::MatrixXd> cholesky(H);
  const bool definite =
      cholesky.info() == Eigen::Success &&
      cholesky.matrixLLT().diagonal().cwiseAbs2().minCoeff() > kLeastPivot * H.diagonal().maxCoeff();
  const auto identity = Eigen::MatrixXd::Identity(H.rows(), H.cols());
  if (definite) return cholesky.solve(identity);
  H.diagonal().array() += 1;
  return Eigen::LLT<Eigen::MatrixXd>(H).solve(identity);
}

// Optimal brain quantization (Frantar & Alistarh, NeurIPS 2022): every row's weights in an order of their
// own. O(M K^3).
class Obq : public Quantizer {
 public:
  std::string_view summary() const override {
    return "optimal brain quantization, weight by weight in each row's own order; slow: M K^3";
  }

  std::vector<std::string_view> options() const override { return {"group-size", "symmetric"}; }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    return uniform_encoding("obq", shape, options, Axis::output);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    const DampedHessian hessian = damped_hessian(shape, calibration, 0);
    const Eigen::MatrixXd inverse = inverse_or_regularised(hessian.H);
    const Eigen::MatrixXd alive = ordered_weights(W, hessian, natural_order(shape.K, shape.K));
    UniformLayer layer(shape, layout);
    parallel_for(static_cast<size_t>(shape.M), options.threads, [&](size_t row) {
      const auto m = static_cast<int64_t>(row);
      RowGrids grids{{}, layout.group_cols};
      for (int64_t k = 0; k < shape.K; k += layout.group_cols) {
        const auto group = alive.row(m).segment(k, layout.group_cols);
        grids.grids.push_back(fit_uniform_grid(group.minCoeff(), group.maxCoeff(), options.bits,
                                               options.symmetric, options.scale_bits));
        layer.set_grid(m, k / layout.group_cols, grids.grids.back());
      }
      layer.store_row(m, code_row(alive.row(m), inverse, grids, WeightOrder::cheapest));
    });
    return layer.finish();
  }
};

const Registration<Quantizer, Obq> obq_registration("obq");

}  // namespace
}  // namespace eyeshift
