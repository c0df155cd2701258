#include "traces/network/quantize_network.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "traces/format/half.h"
#include "traces/network/assign_bits.h"
#include "traces/network/gram.h"
#include "traces/network/quantized_layer.h"
#include "traces/network/sample.h"
#include "traces/network/stage_effect.h"
#include "traces/network/tokens.h"
#include "traces/quantizers/parallel.h"

namespace eyeshift {
namespace {

constexpr int64_t kWindow = 512;
constexpr int64_t kMostWindows = 128;

using States = std::vector<Network::State>;

States embed_windows(const Network& network, const Tokens& tokens, int threads) {
  const int64_t window = std::min({kWindow, network.positions(), static_cast<int64_t>(tokens.size())});
  const int64_t available = count_windows(network, tokens, window, 1, "calibration text");
  States states(static_cast<size_t>(std::min(available, kMostWindows)));
  parallel_for(states.size(), threads, [&](size_t i) {
    const int64_t chosen = static_cast<int64_t>(i) * available / static_cast<int64_t>(states.size());
    states[i] = network.embed(tokens.data() + chosen * window, window);
  });
  return states;
}

Calibration calibrate(const States& states, int threads) {
  Calibration calibration;
  calibration.gram = gram_of_inputs(states, threads);
  calibration.tokens = static_cast<int64_t>(states.size()) * states.front().inputs.rows();
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(calibration.gram.rows());
  for (const Network::State& state : states)
    sum += state.inputs.cwiseAbs().cast<double>().colwise().sum().transpose();
  calibration.mean_magnitude = sum / static_cast<double>(calibration.tokens);
  return calibration;
}

Eigen::MatrixXd weights_of(const Network& network, size_t layer) {
  return network.layers()[layer].weights.use()->cast<double>();
}

// The weights of a stage's layers on top of one another [sum of M, K].
Eigen::MatrixXd stacked_weights(const Network& network, const Network::Stage& stage) {
  Eigen::Index rows = 0;
  for (const size_t layer : stage) rows += network.layers()[layer].shape.M;
  Eigen::MatrixXd stacked(rows, network.layers()[stage.front()].shape.K);
  rows = 0;
  for (const size_t layer : stage) {
    const Eigen::Index M = network.layers()[layer].shape.M;
    stacked.middleRows(rows, M) = weights_of(network, layer);
    rows += M;
  }
  return stacked;
}

// The layers of one stage, quantized one after the other, each by what it does to the stage after, while the
// layers before it are quantized and those after it are not.
std::vector<Layer> quantize_by_effect(Network& network, size_t stage, const Quantizer& quantizer,
                                      const QuantizeOptions& options, Calibration calibration,
                                      const States& states, int threads) {
  std::vector<Layer> quantized;
  const StageEffect effect(network, stage, states, threads);
  for (const size_t index : network.stages()[stage]) {
    Linear& linear = network.layers()[index];
    calibration.output_error = [&](const Eigen::MatrixXd& Wq) { return effect.error(index, Wq); };
    quantized.push_back(
        quantize_layer(quantizer, linear.shape, weights_of(network, index), calibration, options));
    set_weights(linear, std::make_shared<const Layer>(quantized.back()));
  }
  return quantized;
}

// The layers of one stage, quantized; the last stage is lm_head's.
std::vector<Layer> quantize_stage(Network& network, size_t index, const Quantizer& quantizer,
                                  const QuantizeOptions& options, const std::vector<int>& bits,
                                  const States& states, int threads) {
  const Network::Stage& stage = network.stages()[index];
  const bool is_last = index + 1 == network.stages().size();
  Calibration calibration = calibrate(states, threads);
  std::vector<Layer> quantized(stage.size());
  if (is_last) {
    quantized.front() = half_precision_layer(network.layers()[stage.front()].shape,
                                             weights_of(network, stage.front()), calibration);
  } else if (quantizer.compares_outputs() && stage.size() > 1) {
    quantized =
        quantize_by_effect(network, index, quantizer, options, std::move(calibration), states, threads);
  } else {
    if (stage.size() > 1)
      calibration.input_scales =
          quantizer.shared_input_scales(stacked_weights(network, stage), calibration, options);
    parallel_for(stage.size(), threads, [&](size_t i) {
      QuantizeOptions own = options;
      own.bits = bits[stage[i]];
      own.threads = stage.size() > 1 ? 1 : threads;
      quantized[i] = quantize_layer(quantizer, network.layers()[stage[i]].shape,
                                    weights_of(network, stage[i]), calibration, own);
    });
  }
  for (Layer& layer : quantized) sample_inputs(layer, states.front().inputs);
  return quantized;
}

// What each layer but the last loses at each width, the network's weights left as they are.
std::vector<LayerSensitivity> sensitivities(const Network& network, const Quantizer& quantizer,
                                            QuantizeOptions options, States states, int threads) {
  std::vector<LayerSensitivity> layers;
  for (size_t stage = 0; stage + 1 < network.stages().size(); ++stage) {
    const auto used = network.use_weights(stage);
    const Calibration calibration = calibrate(states, threads);
    const Network::Stage& members = network.stages()[stage];
    const size_t first = layers.size();
    layers.resize(first + members.size());
    parallel_for(members.size(), threads, [&](size_t i) {
      layers[first + i] = sensitivity(quantizer, network.layers()[members[i]].shape,
                                      weights_of(network, members[i]), calibration, options);
    });
    parallel_for(states.size(), threads,
                 [&](size_t i) { network.advance(stage, network.run_layers(stage, states[i]), states[i]); });
  }
  return layers;
}

}  // namespace

Trace quantize_network(Network& network, const std::string& scheme, const QuantizeOptions& options,
                       const Tokens& calibration, const std::string& calibration_source,
                       const QuantizeProgress& progress, int threads) {
  const Quantizer& quantizer = Registry<Quantizer>::instance().find(scheme, "scheme");
  const size_t total = network.layers().size();
  // Options that a later layer's shape does not allow must not cost the quantization of the earlier ones.
  for (size_t i = 0; i + 1 < total; ++i) quantizer.encoding(network.layers()[i].shape, options);

  Trace trace;
  trace.network = network.name();
  trace.scheme = scheme;
  trace.calibration = calibration_source;
  States states = embed_windows(network, calibration, threads);
  std::vector<int> bits(total, options.bits);
  if (quantizer.assigns_bits())
    bits = assign_bits(sensitivities(network, quantizer, options, states, threads), options);
  for (size_t stage = 0; stage < network.stages().size(); ++stage) {
    auto layers = quantize_stage(network, stage, quantizer, options, bits, states, threads);
    for (size_t i = 0; i < layers.size(); ++i) {
      set_weights(network.layers()[network.stages()[stage][i]], std::make_shared<const Layer>(layers[i]));
      trace.layers.push_back(std::move(layers[i]));
      if (progress) progress(trace.layers.back(), trace.layers.size() - 1, total);
    }
    if (stage + 1 == network.stages().size()) break;
    const auto used = network.use_weights(stage);
    parallel_for(states.size(), threads,
                 [&](size_t i) { network.advance(stage, network.run_layers(stage, states[i]), states[i]); });
  }
  trace.bits = trace.layers.front().encoding.bits;
  return trace;
}

}  // namespace eyeshift
