#pragma once

#include <functional>

#include "traces/network/network.h"

namespace eyeshift {

struct Perplexity {
  double perplexity = 0;
  double nll = 0;      // mean negative log-likelihood of a predicted token, in nats
  int64_t tokens = 0;  // predicted ones
  Activations logits;  // of window 0 [window, vocabulary]
};

// Cuts the tokens into windows that do not overlap, dropping a last partial one; in each window every token
// but the first is predicted from those before it. Stage by stage, on as many windows at a time as have 2^16
// tokens, so that memory holds the weights of one stage and these windows' states. The result does not depend
// on the number of threads (0: one a processor). Throws InputError where the window has fewer than 2 tokens,
// exceeds the network's positions or the tokens. on_stage is called, from any thread, as often as a window
// has passed a stage.
Perplexity perplexity(const Network& network, const Tokens& tokens, int64_t window, int threads = 0,
                      const std::function<void()>& on_stage = {});

}  // namespace eyeshift
