#pragma once

#include <cstdint>
#include <vector>

#include "traces/format/attention_shape.h"
#include "traces/format/layer.h"

namespace eyeshift {

// A product of attention as a linear layer whose half-precision weights are a head's K or V cache.
struct AttentionLayer {
  LayerShape shape;
  int64_t inputs =
      0;  // vectors that it multiplies: those of all new tokens and of the heads that share a cache
};

// Throws InputError where tokens or context is less than 1, or context is less than tokens or more than 2^20.
void check_context(int64_t context, int64_t tokens);

// The positions that the new tokens attend between them: all of the context, or, where the network's window
// is shorter, the last window + tokens - 1.
int64_t attended_positions(const AttentionShape& attention, int64_t context, int64_t tokens);

// The products of a network's attention for `tokens` new tokens of each of `batch` sequences, when `context`
// positions are attended in all, the new ones included:
//   attention.qk  q K^T: K = head_dim, M = attended positions
//   attention.av  a V:   K = attended positions, M = head_dim
// each for kv_heads x blocks x batch caches and tokens x heads / kv_heads vectors a cache. Every new token
// attends all of them: none is skipped where a causal mask or another token's window hides it. Throws
// InputError as check_context() does, and where the products are so many (2^59) that their actions could not
// be counted.
std::vector<AttentionLayer> attention_layers(const AttentionShape& attention, int64_t context, int64_t tokens,
                                             int64_t batch = 1);

}  // namespace eyeshift
