#include "traces/run/quantize_network.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "base/numbers/half.h"
#include "base/parallel.h"
#include "traces/layers/assign_bits.h"
#include "traces/layers/gram.h"
#include "traces/layers/quantized_layer.h"
#include "traces/layers/sample.h"
#include "traces/layers/stage_effect.h"
#include "traces/network/free_memory.h"
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
  calibration.sequences = static_cast<int64_t>(states.size());
  calibration.tokens = calibration.sequences * states.front().inputs.rows();
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
  std::vector<Weights::Matrix> used = network.use_weights(stage);
  const StageEffect effect(network, stage, states, threads);
  for (const size_t index : network.stages()[stage]) {
    Linear& linear = network.layers()[index];
    calibration.output_error = [&](const Eigen::MatrixXd& Wq) { return effect.error(index, Wq); };
    quantized.push_back(
        quantize_layer(quantizer, linear.shape, weights_of(network, index), calibration, options));
    set_weights(linear, std::make_shared<const Layer>(quantized.back()));
    used[quantized.size() - 1] = linear.weights.use();
  }
  return quantized;
}

// A run through the network's stages, with the inputs of the present one.
class StageRun {
 public:
  StageRun(Network& network, const Quantizer& quantizer, const QuantizeJob& job, LayerStore& store,
           const QuantizeProgress& progress, int threads)
      : network_(network),
        quantizer_(quantizer),
        job_(job),
        store_(store),
        progress_(progress),
        threads_(threads) {
    total_ = network.layers().size();
    if (quantizer.assigns_bits()) total_ += network.quantized_layers().size();
  }

  // What each layer that is quantized loses at each width, the network's weights left as they are.
  std::vector<LayerSensitivity> sensitivities() {
    std::vector<LayerSensitivity> all;
    const size_t stages = network_.stages().size() - 1;
    const auto is_done = [&](size_t stage) {
      return network_.stays_half(stage) || store_.sensitivities(stage).has_value();
    };
    start(is_done, stages);
    for (size_t stage = 0; stage < stages; ++stage) {
      if (network_.stays_half(stage)) {
        advance(stage);
        continue;
      }
      auto layers = store_.sensitivities(stage);
      const bool is_kept = layers.has_value();
      if (!is_kept) {
        layers = measure(stage);
        store_.keep_sensitivities(stage, *layers);
      }
      for (size_t i = 0; i < layers->size(); ++i) {
        (*layers)[i].shape = network_.layers()[network_.stages()[stage][i]].shape;
        report((*layers)[i].shape, std::numeric_limits<double>::quiet_NaN(), true, is_kept);
      }
      all.insert(all.end(), layers->begin(), layers->end());
      advance(stage);
    }
    return all;
  }

  // Quantizes what the store does not hold and gives the network the store's weights. bits: by layer.
  std::vector<Layer> quantize(const std::shared_ptr<LayerStore>& store, const std::vector<int>& bits) {
    std::vector<Layer> all;
    const size_t stages = network_.stages().size();
    start([&](size_t stage) { return store_.holds(stage); }, stages);
    for (size_t stage = 0; stage < stages; ++stage) {
      const bool is_kept = store_.holds(stage);
      if (!is_kept) store_.keep(stage, quantize_stage(stage, bits));
      const std::vector<Layer> layers = store_.descriptions(stage);
      for (size_t i = 0; i < layers.size(); ++i) {
        set_weights(network_.layers()[network_.stages()[stage][i]], layers[i],
                    [store, stage, i] { return store->layer(stage, i); });
        report(layers[i].shape, layers[i].rel_out, false, is_kept);
      }
      all.insert(all.end(), layers.begin(), layers.end());
      advance(stage);
    }
    return all;
  }

 private:
  // Inputs are needed up to the last stage that is not done.
  template <typename IsDone>
  void start(IsDone is_done, size_t stages) {
    needed_ = 0;
    for (size_t stage = 0; stage < stages; ++stage)
      if (!is_done(stage)) needed_ = stage + 1;
    states_ = needed_ > 0 ? embed_windows(network_, job_.calibration, threads_) : States();
  }

  void advance(size_t stage) {
    if (stage + 1 >= needed_) {
      states_.clear();
      return;
    }
    const auto used = network_.use_weights(stage);
    parallel_for(states_.size(), threads_, [&](size_t i) {
      network_.advance(stage, network_.run_layers(stage, states_[i]), states_[i]);
    });
    return_free_memory();
  }

  void report(const LayerShape& shape, double rel_out, bool is_sensitivity, bool is_kept) {
    if (progress_) progress_({shape, step_, total_, rel_out, is_sensitivity, is_kept});
    ++step_;
  }

  // A layer's options, with the threads that it may use beside the others of its stage.
  QuantizeOptions options_of(const Network::Stage& stage) const {
    QuantizeOptions options = job_.options;
    options.threads = stage.size() > 1 ? 1 : threads_;
    return options;
  }

  std::vector<LayerSensitivity> measure(size_t index) {
    const Network::Stage& stage = network_.stages()[index];
    const Calibration calibration = calibrate(states_, threads_);
    std::vector<LayerSensitivity> layers(stage.size());
    parallel_for(stage.size(), threads_, [&](size_t i) {
      layers[i] = sensitivity(quantizer_, network_.layers()[stage[i]].shape, weights_of(network_, stage[i]),
                              calibration, options_of(stage));
    });
    return layers;
  }

  std::vector<Layer> quantize_stage(size_t index, const std::vector<int>& bits) {
    const Network::Stage& stage = network_.stages()[index];
    Calibration calibration = calibrate(states_, threads_);
    std::vector<Layer> quantized(stage.size());
    if (network_.stays_half(index)) {
      const Linear& linear = network_.layers()[stage.front()];
      quantized.front() = half_precision_layer(linear.shape, *linear.weights.use(), calibration, threads_);
    } else if (quantizer_.compares_outputs() && stage.size() > 1) {
      QuantizeOptions options = job_.options;
      options.threads = threads_;
      quantized =
          quantize_by_effect(network_, index, quantizer_, options, std::move(calibration), states_, threads_);
    } else {
      if (!network_.can_divide_inputs(index))
        calibration.input_scales = Eigen::VectorXd::Ones(calibration.gram.rows());
      else if (stage.size() > 1)
        calibration.input_scales =
            quantizer_.shared_input_scales(stacked_weights(network_, stage), calibration, job_.options);
      parallel_for(stage.size(), threads_, [&](size_t i) {
        QuantizeOptions own = options_of(stage);
        own.bits = bits[stage[i]];
        quantized[i] = quantize_layer(quantizer_, network_.layers()[stage[i]].shape,
                                      weights_of(network_, stage[i]), calibration, own);
      });
    }
    for (Layer& layer : quantized) sample_inputs(layer, states_.front().inputs);
    return quantized;
  }

  Network& network_;
  const Quantizer& quantizer_;
  const QuantizeJob& job_;
  LayerStore& store_;
  const QuantizeProgress& progress_;
  int threads_;
  States states_;
  size_t needed_ = 0;
  size_t step_ = 0, total_ = 0;
};

}  // namespace

Trace quantize_network(Network& network, const QuantizeJob& job, const std::shared_ptr<LayerStore>& store,
                       const QuantizeProgress& progress, int threads) {
  const Quantizer& quantizer = Registry<Quantizer>::instance().find(job.scheme, "scheme");
  // What a later layer does not allow must not cost the quantization of the earlier ones.
  for (const Linear& linear : network.layers())
    if (linear.stays_half)
      check_half_precision(linear);
    else
      quantizer.encoding(linear.shape, job.options);

  StageRun run(network, quantizer, job, *store, progress, threads);
  const std::vector<size_t> quantized = network.quantized_layers();
  std::vector<int> bits(network.layers().size(), job.options.bits);
  if (quantizer.assigns_bits()) {
    const std::vector<int> assigned = assign_bits(run.sensitivities(), job.options);
    for (size_t i = 0; i < quantized.size(); ++i) bits[quantized[i]] = assigned[i];
  }
  Trace trace;
  trace.network = network.name();
  trace.scheme = job.scheme;
  trace.calibration = job.calibration_source;
  trace.layers = run.quantize(store, bits);
  trace.bits = trace.layers[quantized.front()].encoding.bits;
  return trace;
}

Trace quantize_network(Network& network, const std::string& scheme, const QuantizeOptions& options,
                       const Tokens& calibration, const std::string& calibration_source,
                       const QuantizeProgress& progress, int threads) {
  const auto store = std::make_shared<MemoryStore>();
  Trace trace =
      quantize_network(network, {scheme, options, calibration, calibration_source}, store, progress, threads);
  auto layer = trace.layers.begin();
  for (size_t stage = 0; stage < network.stages().size(); ++stage)
    for (size_t i = 0; i < network.stages()[stage].size(); ++i) *layer++ = *store->layer(stage, i);
  return trace;
}

void visit_calibrated(
    const Network& network, const Tokens& calibration, int threads,
    const std::function<void(size_t layer, const Eigen::MatrixXd& W, const Calibration& inputs)>& visit) {
  States states = embed_windows(network, calibration, threads);
  for (size_t stage = 0; stage + 1 < network.stages().size(); ++stage) {
    const auto used = network.use_weights(stage);
    if (!network.stays_half(stage)) {
      const Calibration inputs = calibrate(states, threads);
      const Network::Stage& members = network.stages()[stage];
      parallel_for(members.size(), threads,
                   [&](size_t i) { visit(members[i], weights_of(network, members[i]), inputs); });
    }
    parallel_for(states.size(), threads,
                 [&](size_t i) { network.advance(stage, network.run_layers(stage, states[i]), states[i]); });
  }
}

}  // namespace eyeshift
