#include "traces/run/layer_sensitivity.h"

#include <algorithm>
#include <cmath>

#include "traces/layers/bit_assignment.h"
#include "traces/layers/quantized_layer.h"
#include "traces/quantizers/decoded_matrix.h"
#include "traces/run/quantize_network.h"

namespace eyeshift {
namespace {

using Matrix = Eigen::MatrixXd;

double ratio(double error, double norm) { return norm > 0 ? error / norm : 0.0; }

}  // namespace

const std::vector<CandidateCriterion>& candidate_criteria() {
  static const std::vector<CandidateCriterion> criteria = {
      {"|S| std(S)^2", [](const Matrix&, const Matrix& S) { return S.norm() * sample_variance(S); }},
      {"|S|^2", [](const Matrix&, const Matrix& S) { return S.squaredNorm(); }},
      {"std(S)", [](const Matrix&, const Matrix& S) { return std::sqrt(sample_variance(S)); }},
      {"max|S|", [](const Matrix&, const Matrix& S) { return S.cwiseAbs().maxCoeff(); }},
      {"|W| std(W)^2", [](const Matrix& W, const Matrix&) { return W.norm() * sample_variance(W); }},
      {"|W|^2", [](const Matrix& W, const Matrix&) { return W.squaredNorm(); }},
      {"max|W|", [](const Matrix& W, const Matrix&) { return W.cwiseAbs().maxCoeff(); }}};
  return criteria;
}

std::vector<MeasuredSensitivity> measure_sensitivity(const Network& network, const std::string& scheme,
                                                     const QuantizeOptions& options,
                                                     const std::vector<int>& bits, const Tokens& calibration,
                                                     const std::function<void()>& on_layer, int threads) {
  const Quantizer& quantizer = Registry<Quantizer>::instance().find(scheme, "scheme");
  const std::vector<size_t> quantized = network.quantized_layers();
  std::vector<MeasuredSensitivity> layers(quantized.size());
  visit_calibrated(
      network, calibration, threads, [&](size_t index, const Matrix& W, const Calibration& inputs) {
        const auto place = std::lower_bound(quantized.begin(), quantized.end(), index) - quantized.begin();
        MeasuredSensitivity& layer = layers[static_cast<size_t>(place)];
        layer.shape = network.layers()[index].shape;
        const Matrix S = scaled_by_sensitivity(layer.shape, W, inputs);
        for (const CandidateCriterion& criterion : candidate_criteria())
          layer.criteria.push_back(criterion.of(W, S));
        const double output_norm = squared_output(W, inputs.gram);
        for (const int width : bits) {
          QuantizeOptions own = options;
          own.bits = width;
          own.threads = 1;
          const Matrix error = W - decoded_matrix(quantize_named(quantizer, layer.shape, W, inputs, own));
          const double weight = error.squaredNorm(), output = squared_output(error, inputs.gram);
          layer.errors.push_back(
              {width, weight, ratio(weight, W.squaredNorm()), output, ratio(output, output_norm)});
        }
        if (on_layer) on_layer();
      });
  return layers;
}

}  // namespace eyeshift
