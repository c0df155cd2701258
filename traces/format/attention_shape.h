#pragma once

#include <cstdint>
#include <string>

namespace eyeshift {

// The attention of a decoder's blocks, all alike: `heads` of queries share `kv_heads` of keys and values.
struct AttentionShape {
  int64_t heads = 0;
  int64_t kv_heads = 0;  // divides heads; fewer than heads: grouped-query attention, 1: multi-query
  int64_t head_dim = 0;  // width of a head
  int64_t count = 1;     // blocks
  int64_t window = 0;    // positions that a token attends at most, itself included; 0: all up to its own
};

enum class NormKind {
  layer_norm,  // (x - mean) / deviation * weight + bias
  rms_norm,    // x / root mean square * weight
};

// A normalisation of a token's `width` values.
struct NormShape {
  std::string name;
  NormKind kind = NormKind::layer_norm;
  int64_t width = 0;
  int64_t count = 1;  // identical norms that this one stands for
};

}  // namespace eyeshift
