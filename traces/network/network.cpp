#include "traces/network/network.h"

namespace eyeshift {
namespace {

void add_bias(const Linear& layer, Activations& outputs) {
  if (layer.bias.size() > 0) outputs.rowwise() += layer.bias.transpose();
}

}  // namespace

Activations apply(const Linear& layer, const Activations& inputs) {
  if (!layer.product) return apply(layer, *layer.weights.use(), inputs);
  Activations outputs = layer.product(inputs);
  add_bias(layer, outputs);
  return outputs;
}

Activations apply(const Linear& layer, const Activations& weights, const Activations& inputs) {
  Activations outputs(inputs.rows(), weights.rows());
  if (layer.round_inputs) {
    Activations rounded = inputs;
    layer.round_inputs(rounded);
    outputs.noalias() = rounded * weights.transpose();
  } else {
    outputs.noalias() = inputs * weights.transpose();
  }
  add_bias(layer, outputs);
  return outputs;
}

std::vector<size_t> Network::quantized_layers() const {
  std::vector<size_t> indices;
  for (size_t i = 0; i < layers_.size(); ++i)
    if (!layers_[i].stays_half) indices.push_back(i);
  return indices;
}

std::vector<Weights::Matrix> Network::use_weights(size_t stage) const {
  std::vector<Weights::Matrix> used;
  for (const size_t layer : stages_[stage]) used.push_back(layers_[layer].weights.use());
  return used;
}

std::vector<Activations> Network::run_layers(size_t stage, const State& state) const {
  std::vector<Activations> outputs;
  for (const size_t layer : stages_[stage]) outputs.push_back(apply(layers_[layer], state.inputs));
  return outputs;
}

Activations Network::logits(const int32_t* tokens, int64_t count) const {
  State state = embed(tokens, count);
  const size_t last = stages_.size() - 1;
  for (size_t stage = 0; stage < last; ++stage) advance(stage, run_layers(stage, state), state);
  return std::move(run_layers(last, state).front());
}

}  // namespace eyeshift
