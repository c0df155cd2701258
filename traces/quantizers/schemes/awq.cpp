#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "base/errors.h"
#include "traces/quantizers/decoded_matrix.h"
#include "traces/quantizers/uniform/rounding.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kRatios = 20;  // s = mean|x|^(i / 20), i = 0 ... 19
constexpr double kLeastMean = 1e-4;
constexpr int kClipLevels = 10;  // 1.00, 0.95 ... 0.55 of the largest magnitude
constexpr double kClipSteps = 20;

void check_mean_magnitude(const LayerShape& shape, const Calibration& calibration) {
  const Eigen::VectorXd& mean = calibration.mean_magnitude;
  if (mean.size() == shape.K && mean.allFinite() && mean.minCoeff() >= 0) return;
  std::ostringstream message;
  message << "layer '" << shape.name << "': awq needs the mean magnitude of each of the " << shape.K
          << " inputs, finite and not negative";
  throw InputError(message.str());
}

// mean|x|^ratio, scaled so that the largest and the smallest are reciprocal.
Eigen::VectorXd scales_for(const Eigen::VectorXd& mean_magnitude, double ratio) {
  Eigen::VectorXd s =
      mean_magnitude.unaryExpr([&](double mean) { return std::max(std::pow(mean, ratio), kLeastMean); });
  return s / std::sqrt(s.maxCoeff() * s.minCoeff());
}

// The scales of least output error; the first of equals.
Eigen::VectorXd best_scales(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W,
                            const Calibration& calibration) {
  Encoding plain = layout;
  plain.inputs = InputForm::plain;
  Eigen::VectorXd best;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kRatios; ++i) {
    const Eigen::VectorXd s = scales_for(calibration.mean_magnitude, static_cast<double>(i) / kRatios);
    const Layer layer = round_to_nearest(shape, plain, W * s.asDiagonal(), kAwqLeastRange);
    const Eigen::MatrixXd Wq = decoded_matrix(layer) * s.cwiseInverse().asDiagonal();
    const double error = squared_output(W - Wq, calibration.gram);
    if (error >= least) continue;
    least = error;
    best = s;
  }
  return best;
}

// W with every group of a row clamped to that share of its largest magnitude which leaves the smallest error
// in the outputs of its inputs alone, the largest share of equals.
Eigen::MatrixXd clipped(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W,
                        const Eigen::MatrixXd& gram) {
  const int64_t groups = column_groups(layout, shape.K);
  const auto columns = [&](int64_t group) {
    const int64_t first = group * layout.group_cols;
    return std::pair(first, std::min(layout.group_cols, shape.K - first));
  };
  Eigen::MatrixXd best = W;
  Eigen::MatrixXd least = Eigen::MatrixXd::Constant(shape.M, groups, std::numeric_limits<double>::infinity());
  for (int level = 0; level < kClipLevels; ++level) {
    Eigen::MatrixXd clamped = W;
    for (int64_t group = 0; group < groups; ++group) {
      const auto [first, count] = columns(group);
      const Eigen::VectorXd limit =
          (1 - level / kClipSteps) * W.middleCols(first, count).rowwise().lpNorm<Eigen::Infinity>();
      auto part = clamped.middleCols(first, count);
      part = part.array().min(limit.replicate(1, count).array()).max(-limit.replicate(1, count).array());
    }
    const Eigen::MatrixXd D = W - decoded_matrix(round_to_nearest(shape, layout, clamped, kAwqLeastRange));
    for (int64_t group = 0; group < groups; ++group) {
      const auto [first, count] = columns(group);
      const auto part = D.middleCols(first, count);
      const Eigen::VectorXd error =
          (part * gram.block(first, first, count, count)).cwiseProduct(part).rowwise().sum();
      for (int64_t m = 0; m < shape.M; ++m) {
        if (error(m) >= least(m, group)) continue;
        least(m, group) = error(m);
        best.row(m).segment(first, count) = clamped.row(m).segment(first, count);
      }
    }
  }
  return best;
}

// The projections of queries and keys are not clipped, as in AWQ's code, which knows them by name.
bool clips(const std::string& layer) {
  constexpr std::array<std::string_view, 4> kSkipped = {"q_", "k_", "query", "key"};
  return std::none_of(kSkipped.begin(), kSkipped.end(),
                      [&](std::string_view part) { return layer.find(part) != std::string::npos; });
}

// AWQ (Lin et al., MLSys 2024): inputs are divided by scales that grow with their magnitude and the weights
// multiplied, so that salient weights are rounded more finely.
class Awq : public Quantizer {
 public:
  std::string_view summary() const override {
    return "round to nearest, weights scaled by their inputs' magnitude";
  }

  std::vector<std::string_view> options() const override { return {"group-size", "clip"}; }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    Encoding layout = uniform_encoding("awq", shape, options, Axis::output);
    layout.inputs = InputForm::scaled;
    return layout;
  }

  Eigen::VectorXd shared_input_scales(const Eigen::MatrixXd& W, const Calibration& calibration,
                                      const QuantizeOptions& options) const override {
    const LayerShape shape{"layers that share inputs", W.cols(), W.rows(), 1};
    check_weights(shape, W);
    check_calibration(shape, calibration);
    check_mean_magnitude(shape, calibration);
    return best_scales(shape, encoding(shape, options), W, calibration);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    check_calibration(shape, calibration);
    check_mean_magnitude(shape, calibration);
    const Eigen::VectorXd s = calibration.input_scales.size() > 0
                                  ? calibration.input_scales
                                  : best_scales(shape, layout, W, calibration);
    Encoding plain = layout;
    plain.inputs = InputForm::plain;
    Eigen::MatrixXd scaled = W * s.asDiagonal();
    if (options.clip && clips(shape.name)) {
      const Eigen::VectorXd inverse = s.cwiseInverse();
      scaled = clipped(shape, plain, scaled, inverse.asDiagonal() * calibration.gram * inverse.asDiagonal());
    }
    Layer layer = round_to_nearest(shape, plain, scaled, kAwqLeastRange);
    layer.encoding = layout;
    const Eigen::VectorXf stored = s.cast<float>();
    layer.input_scales.assign(stored.begin(), stored.end());
    return layer;
  }
};

const Registration<Quantizer, Awq> awq_registration("awq");

}  // namespace
}  // namespace eyeshift
