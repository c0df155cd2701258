#include "traces/network/perplexity.h"

#include <cmath>
#include <utility>

#include "traces/network/tokens.h"
#include "traces/quantizers/parallel.h"

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

}  // namespace

Perplexity perplexity(const Network& network, const Tokens& tokens, int64_t window, int threads,
                      const std::function<void()>& on_window) {
  const int64_t windows = count_windows(network, tokens, window, 2, "text");
  Perplexity result;
  std::vector<double> sums(static_cast<size_t>(windows));
  parallel_for(sums.size(), threads, [&](size_t i) {
    const int32_t* begin = tokens.data() + static_cast<int64_t>(i) * window;
    Activations logits = network.logits(begin, window);
    sums[i] = negative_log_likelihood(logits, begin);
    if (i == 0) result.logits = std::move(logits);
    if (on_window) on_window();
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  result.tokens = windows * (window - 1);
  result.nll = total / static_cast<double>(result.tokens);
  result.perplexity = std::exp(result.nll);
  return result;
}

}  // namespace eyeshift
