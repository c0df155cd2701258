#include "traces/network/quantize_network.h"

#include <algorithm>
#include <utility>

#include "traces/format/half.h"
#include "traces/network/gram.h"
#include "traces/network/parallel.h"
#include "traces/network/quantized_layer.h"
#include "traces/network/sample.h"
#include "traces/network/tokens.h"

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
  return calibration;
}

// The layers of one stage, quantized; the last stage is lm_head's.
std::vector<Layer> quantize_stage(const Network& network, const Network::Stage& stage, bool is_last,
                                  const Quantizer& quantizer, const QuantizeOptions& options,
                                  const States& states, int threads) {
  const Calibration calibration = calibrate(states, threads);
  std::vector<Layer> quantized(stage.size());
  parallel_for(stage.size(), threads, [&](size_t i) {
    const Linear& linear = network.layers()[stage[i]];
    const Eigen::MatrixXd W = linear.weight.cast<double>();
    quantized[i] = is_last ? half_precision_layer(linear.shape, W, calibration)
                           : quantize_layer(quantizer, linear.shape, W, calibration, options);
    sample_inputs(quantized[i], states.front().inputs);
  });
  return quantized;
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
  for (size_t stage = 0; stage < network.stages().size(); ++stage) {
    const bool is_last = stage + 1 == network.stages().size();
    auto layers =
        quantize_stage(network, network.stages()[stage], is_last, quantizer, options, states, threads);
    for (size_t i = 0; i < layers.size(); ++i) {
      set_weights(network.layers()[network.stages()[stage][i]], layers[i]);
      trace.layers.push_back(std::move(layers[i]));
      if (progress) progress(trace.layers.back(), trace.layers.size() - 1, total);
    }
    if (is_last) break;
    parallel_for(states.size(), threads,
                 [&](size_t i) { network.advance(stage, network.run_layers(stage, states[i]), states[i]); });
  }
  trace.bits = trace.layers.front().encoding.bits;
  return trace;
}

}  // namespace eyeshift
