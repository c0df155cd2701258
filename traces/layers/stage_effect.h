#pragma once

#include <Eigen/Core>
#include <array>
#include <vector>

#include "traces/network/network.h"

namespace eyeshift {

// What a stage of several layers (q, k and v; gate and up) does to the outputs of the stage after it: where
// AdaDim compares (Heo et al., ICLR 2024), the attention's or the feed-forward network's output.
class StageEffect {
 public:
  // The outputs that errors are measured from are those of the network's present weights, on the windows'
  // inputs in `states`. Network and states must outlive the object; the network's weights may change.
  StageEffect(const Network& network, size_t stage, const std::vector<Network::State>& states, int threads);

  // The squared error of those outputs where `layer` of the stage has the weights Wq [M, K] and the others
  // those that the network has by now. The same for any number of threads.
  double error(size_t layer, const Eigen::MatrixXd& Wq) const;

 private:
  // The weights of both stages, held.
  std::array<std::vector<Weights::Matrix>, 2> weights_in_use() const;
  // The outputs of the stage after, side by side, of a window whose layer `layer` has other weights; nullptr:
  // its own.
  Activations outputs(const Network::State& state, size_t layer, const Activations* weights) const;

  const Network& network_;
  size_t stage_;
  const std::vector<Network::State>& states_;
  int threads_;
  std::vector<Activations> reference_;  // of each window
};

}  // namespace eyeshift
