#include "traces/layers/stage_effect.h"

#include <utility>

#include "base/parallel.h"

namespace eyeshift {

StageEffect::StageEffect(const Network& network, size_t stage, const std::vector<Network::State>& states,
                         int threads)
    : network_(network), stage_(stage), states_(states), threads_(threads), reference_(states.size()) {
  const auto used = weights_in_use();
  parallel_for(states.size(), threads,
               [&](size_t window) { reference_[window] = outputs(states[window], 0, nullptr); });
}

double StageEffect::error(size_t layer, const Eigen::MatrixXd& Wq) const {
  const auto used = weights_in_use();
  const Activations weights = Wq.cast<float>();
  std::vector<double> errors(states_.size());
  parallel_for(states_.size(), threads_, [&](size_t window) {
    const Activations difference = outputs(states_[window], layer, &weights) - reference_[window];
    errors[window] = difference.cast<double>().squaredNorm();
  });
  double sum = 0;
  for (const double error : errors) sum += error;
  return sum;
}

std::array<std::vector<Weights::Matrix>, 2> StageEffect::weights_in_use() const {
  return {network_.use_weights(stage_), network_.use_weights(stage_ + 1)};
}

Activations StageEffect::outputs(const Network::State& state, size_t layer,
                                 const Activations* weights) const {
  std::vector<Activations> own;
  for (const size_t index : network_.stages()[stage_]) {
    const Linear& linear = network_.layers()[index];
    const bool replaced = weights != nullptr && index == layer;
    own.push_back(replaced ? apply(linear, *weights, state.inputs) : apply(linear, state.inputs));
  }
  Network::State next = state;
  network_.advance(stage_, std::move(own), next);
  const std::vector<Activations> after = network_.run_layers(stage_ + 1, next);
  if (after.size() == 1) return after.front();
  Eigen::Index columns = 0;
  for (const Activations& part : after) columns += part.cols();
  Activations joined(after.front().rows(), columns);
  columns = 0;
  for (const Activations& part : after) {
    joined.middleCols(columns, part.cols()) = part;
    columns += part.cols();
  }
  return joined;
}

}  // namespace eyeshift
