#include "traces/layers/assign_bits.h"

#include <sstream>

#include "base/errors.h"
#include "traces/layers/bit_assignment.h"
#include "traces/layers/quantized_layer.h"
#include "traces/quantizers/decoded_matrix.h"

namespace eyeshift {
namespace {

double cost_of(const LayerShape& shape, int bits, const QuantizeOptions& options) {
  if (options.bit_costs.empty())
    return bits *
           (options.bits_per_layer ? 1.0 : static_cast<double>(shape.K) * static_cast<double>(shape.M));
  const auto layer = options.bit_costs.find(shape.name);
  if (layer == options.bit_costs.end())
    throw InputError("--bit-costs: layer '" + shape.name + "' has no costs; write them for this network");
  const auto cost = layer->second.find(bits);
  if (cost == layer->second.end())
    throw InputError("--bit-costs: layer '" + shape.name + "' has no cost of " + std::to_string(bits) +
                     " bits");
  return cost->second;
}

double budget_of(const std::vector<LayerSensitivity>& layers, const QuantizeOptions& options) {
  if (!options.bit_costs.empty()) return options.budget;
  const double average = options.average_bits > 0 ? options.average_bits : options.bits;
  double counted = 0;
  for (const LayerSensitivity& layer : layers) counted += cost_of(layer.shape, 1, options);
  return average * counted;
}

// What a polynomial of the criteria gives for the errors.
std::vector<double> fitted_errors(const std::vector<double>& criteria, const std::vector<double>& errors) {
  const ErrorFit fit(criteria, errors);
  std::vector<double> fitted;
  for (const double criterion : criteria) fitted.push_back(fit(criterion));
  return fitted;
}

[[noreturn]] void refuse(const std::vector<std::vector<BitChoice>>& items, const QuantizeOptions& options,
                         double budget) {
  double least = 0;
  for (const auto& choices : items) least += choices.front().cost;
  std::ostringstream message;
  if (options.bit_costs.empty())
    message << "--bits " << (options.average_bits > 0 ? options.average_bits : options.bits)
            << ": mixed bits are from 2 to 4 a layer, their average is at least 2";
  else
    message << "--budget " << budget << ": 2 bits for every layer already cost " << least;
  throw InputError(message.str());
}

}  // namespace

LayerSensitivity sensitivity(const Quantizer& quantizer, const LayerShape& shape, const Eigen::MatrixXd& W,
                             const Calibration& calibration, QuantizeOptions options) {
  LayerSensitivity result{shape, sensitivity_criterion(shape, W, calibration), {}};
  for (size_t width = 0; width < kBitChoices.size(); ++width) {
    options.bits = kBitChoices[width];
    const Layer layer = quantize_named(quantizer, shape, W, calibration, options);
    result.errors[width] = squared_output(W - decoded_matrix(layer), calibration.gram);
  }
  return result;
}

std::vector<int> assign_bits(const std::vector<LayerSensitivity>& layers, const QuantizeOptions& options) {
  std::vector<double> criteria;
  for (const LayerSensitivity& layer : layers) criteria.push_back(layer.criterion);
  std::vector<std::vector<BitChoice>> items(layers.size());
  for (size_t width = 0; width < kBitChoices.size(); ++width) {
    std::vector<double> errors;
    for (const LayerSensitivity& layer : layers) errors.push_back(layer.errors[width]);
    if (!options.measured_errors) errors = fitted_errors(criteria, errors);
    for (size_t i = 0; i < layers.size(); ++i)
      items[i].push_back(
          {kBitChoices[width], cost_of(layers[i].shape, kBitChoices[width], options), errors[i]});
  }
  const double budget = budget_of(layers, options);
  const std::vector<size_t> chosen = cheapest_errors(items, budget);
  if (chosen.empty() && !layers.empty()) refuse(items, options, budget);
  std::vector<int> bits;
  for (const size_t width : chosen) bits.push_back(kBitChoices[width]);
  return bits;
}

}  // namespace eyeshift
