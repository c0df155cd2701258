#pragma once

#include <vector>

#include "traces/format/attention_shape.h"
#include "traces/network/network.h"

namespace eyeshift {

// Causal attention of one sequence: softmax(q k^T / sqrt(head_dim)) v for each head, where token i sees the
// tokens up to i, the last shape.window of them where that is not 0. A head is head_dim consecutive columns
// of q [tokens, heads head_dim] and of k and v [tokens, kv_heads head_dim]; heads / kv_heads consecutive
// heads of queries share one of keys and values. alibi_slopes, [heads] or empty: a score loses that much for
// every position between the two tokens (Press et al., ICLR 2022). Returns [tokens, heads head_dim].
Activations causal_attention(const Activations& q, const Activations& k, const Activations& v,
                             const AttentionShape& shape, const std::vector<float>& alibi_slopes = {});

}  // namespace eyeshift
