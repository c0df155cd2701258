#pragma once

#include <Eigen/Core>

#include "traces/network/network.h"

namespace eyeshift {

// Each token normalised to mean 0 and variance 1 over its features, then scaled and shifted.
struct LayerNorm {
  Eigen::VectorXf weight, bias;

  Activations operator()(const Activations& inputs) const;
};

// Causal multi-head attention: softmax(q k^T / sqrt(head size)) v for each of the heads, which are
// consecutive columns of q, k and v [tokens, hidden]. Token i sees the tokens up to i.
Activations causal_attention(const Activations& q, const Activations& k, const Activations& v, int64_t heads);

// Rounds each token (a row) to int8 with a scale of its own, as traces/format/int8_inputs.h says.
void round_to_int8_per_token(Activations& inputs);

}  // namespace eyeshift
