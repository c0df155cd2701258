#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "traces/format/attention_shape.h"
#include "traces/format/layer.h"
#include "traces/network/weights.h"

namespace eyeshift {

using Tokens = std::vector<int32_t>;

// A linear layer of a network, y = W x + b.
struct Linear {
  LayerShape shape;      // under the layer's Hugging Face name, without ".weight"
  Weights weights;       // [M, K]
  Eigen::VectorXf bias;  // [M], or empty
  // Rounds the inputs [tokens, K] as the layer's arithmetic does; empty: single precision.
  std::function<void(Activations&)> round_inputs;
  // Computes W x, [tokens, M] of inputs [tokens, K], in another arithmetic than this; empty: single
  // precision. Called from several threads.
  std::function<Activations(const Activations&)> product = {};
  bool stays_half = false;  // in half precision whatever the scheme
};

// The outputs [tokens, M] of a linear layer, with its own weights or with others in their place.
Activations apply(const Linear& layer, const Activations& inputs);
Activations apply(const Linear& layer, const Activations& weights, const Activations& inputs);

// A decoder network in single precision. Its linear layers are arranged in stages: the layers of a stage
// share their inputs, and what lies between two stages (norms, attention, activations, residuals) is the
// family's. So a stage is where a layer's inputs are seen and its weights replaced, and one code serves
// inference and quantization.
class Network {
 public:
  // What a window of tokens is between two stages.
  struct State {
    Activations hidden;  // the residual stream
    Activations inputs;  // of the next stage's layers
  };
  using Stage = std::vector<size_t>;  // indices into layers()

  virtual ~Network() = default;

  const std::string& name() const { return name_; }
  int64_t vocabulary() const { return vocabulary_; }
  int64_t positions() const { return positions_; }  // the longest window

  // In the network's order; the last one is lm_head, which makes the logits. Layers that stay in half
  // precision, as lm_head does, are stages of their own.
  const std::vector<Linear>& layers() const { return layers_; }
  std::vector<Linear>& layers() { return layers_; }
  const std::vector<Stage>& stages() const { return stages_; }
  // Of those that do not, in order.
  std::vector<size_t> quantized_layers() const;
  bool stays_half(size_t stage) const { return layers_[stages_[stage].front()].stays_half; }
  // Whether what lies before a stage can divide the stage's inputs, each by a number of its own, in its own
  // weights.
  virtual bool can_divide_inputs(size_t) const { return true; }
  // What lies between the stages, norms alike in all blocks counted together.
  const AttentionShape& attention() const { return attention_; }
  const std::vector<NormShape>& norms() const { return norms_; }

  // The weights of a stage's layers. Whoever runs a stage more than once holds them for that time: else they
  // are read every time.
  std::vector<Weights::Matrix> use_weights(size_t stage) const;

  // The state before the first stage, of a window of count tokens, count <= positions().
  virtual State embed(const int32_t* tokens, int64_t count) const = 0;

  // The outputs [tokens, M] of a stage's layers, in the order of the stage.
  std::vector<Activations> run_layers(size_t stage, const State& state) const;
  // Takes a state past a stage that is not the last, given the outputs of the stage's layers.
  virtual void advance(size_t stage, std::vector<Activations> outputs, State& state) const = 0;

  // The logits [count, vocabulary] of a window.
  Activations logits(const int32_t* tokens, int64_t count) const;

 protected:
  std::string name_;
  int64_t vocabulary_ = 0;
  int64_t positions_ = 0;
  std::vector<Linear> layers_;
  std::vector<Stage> stages_;
  AttentionShape attention_;
  std::vector<NormShape> norms_;
};

}  // namespace eyeshift
