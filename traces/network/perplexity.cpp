#include "traces/network/perplexity.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/parallel.h"
#include "traces/network/free_memory.h"
#include "traces/network/tokens.h"

namespace eyeshift {
namespace {

// The sum over a window's predicted tokens of the negative log-likelihood.
double negative_log_likelihood(const Activations& logits, const int32_t* tokens) {
  double sum = 0;
  for (Eigen::Index position = 0; position + 1 < logits.rows(); ++position) {
    const auto row = logits.row(position).array();
    const float largest = row.maxCoeff();
    const double partition = (row - largest).cast<double>().exp().sum();
    sum +=
        std::log(partition) + static_cast<double>(largest) - static_cast<double>(row(tokens[position + 1]));
  }
  return sum;
}

// The state of every window before the last stage.
std::vector<Network::State> states_before_head(const Network& network, const int32_t* tokens, int64_t window,
                                               size_t windows, int threads,
                                               const std::function<void()>& on_stage) {
  std::vector<Network::State> states(windows);
  parallel_for(windows, threads, [&](size_t i) {
    states[i] = network.embed(tokens + static_cast<int64_t>(i) * window, window);
  });
  for (size_t stage = 0; stage + 1 < network.stages().size(); ++stage) {
    const auto used = network.use_weights(stage);
    parallel_for(windows, threads, [&](size_t i) {
      network.advance(stage, network.run_layers(stage, states[i]), states[i]);
      if (on_stage) on_stage();
    });
    return_free_memory();
  }
  return states;
}

}  // namespace

Perplexity perplexity(const Network& network, const Tokens& tokens, int64_t window, int threads,
                      const std::function<void()>& on_stage) {
  constexpr int64_t kBatchTokens = 1 << 16;  // as many as calibration takes
  const int64_t windows = count_windows(network, tokens, window, 2, "text");
  const size_t head = network.stages().size() - 1;
  Perplexity result;
  std::vector<double> sums(static_cast<size_t>(windows));
  const int64_t batch = std::max<int64_t>(1, kBatchTokens / window);
  for (int64_t first = 0; first < windows; first += batch) {
    const int32_t* begin = tokens.data() + first * window;
    const auto count = static_cast<size_t>(std::min(batch, windows - first));
    const auto states = states_before_head(network, begin, window, count, threads, on_stage);
    const auto used = network.use_weights(head);
    parallel_for(count, threads, [&](size_t i) {
      Activations logits = std::move(network.run_layers(head, states[i]).front());
      const auto at = static_cast<int64_t>(i);
      sums[static_cast<size_t>(first + at)] = negative_log_likelihood(logits, begin + at * window);
      if (first + at == 0) result.logits = std::move(logits);
      if (on_stage) on_stage();
    });
  }
  double total = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    if (!std::isfinite(sums[i]))
      throw InputError("network '" + network.name() + "': the logits of window " + std::to_string(i) +
                       " are not finite: its activations exceed single precision, check the weights");
    total += sums[i];
  }
  result.tokens = windows * (window - 1);
  result.nll = total / static_cast<double>(result.tokens);
  result.perplexity = std::exp(result.nll);
  return result;
}

}  // namespace eyeshift
