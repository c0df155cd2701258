#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "configs/loaders/network_reader.h"
#include "sim/published/estimate/operation.h"

namespace eyeshift {

// One operation under its best tiling.
struct OperationEstimate {
  Operation operation;
  LoopTiling tiling;
  PerLevel energy_pJ;
  double latency_s = 0;
};

// One layer; everything is of one, however many identical ones it stands for (shape.count).
struct LayerEstimate {
  LayerShape shape;
  std::string scheme;
  int bits = 0;
  std::vector<OperationEstimate> operations;
};

// Bits of a weight. `mixed`: two of the four attention projections, one of queries and outputs and one of
// keys and values, have one bit more (with 2 bits ShiftAddLLM's average of 2.2).
struct WeightBits {
  int bits = 16;
  bool mixed = false;
  bool operator==(const WeightBits& other) const { return bits == other.bits && mixed == other.mixed; }
};
inline constexpr WeightBits kMixedBits{2, true};

// "3"; "2.2" for kMixedBits.
std::string name_of(const WeightBits& bits);

struct NetworkEstimate {
  std::string network;
  std::string scheme;
  WeightBits bits;
  int64_t tokens = 0;
  std::vector<LayerEstimate> layers;
};

// Estimates energy and latency of networks as the estimator released with ShiftAddLLM does: sums over a
// network's operations of equations on loop bounds; no simulation. Attention products, KV cache, norms,
// softmax and embeddings are not counted, and lm_head is half precision under every scheme. Layers of
// networks with layer norms have biases, but lm_head; a layer gate_proj makes the feed-forward a gated one.
// Keeps what it computed for a later call.
class Estimator {
 public:
  // Throws InputError for what layer_operations() throws for, and for mixed bits where the network lacks the
  // projections.
  NetworkEstimate estimate(const NetworkConfig& network, const std::string& scheme, const WeightBits& bits,
                           int64_t tokens);
  OperationEstimate estimate(const Operation& operation);

 private:
  using Key = std::tuple<OperationKind, int64_t, int64_t, int64_t, int>;
  std::map<Key, LoopTiling> tilings_;
};

// What of a network the estimator treats apart.
bool has_biases(const NetworkConfig& network);
bool is_head(const LayerShape& shape);
bool is_gate(const LayerShape& shape);

// Sums over a network's layers, each counted as often as it stands there.
struct EstimateSums {
  double latency_s = 0;
  PerLevel levels_pJ;
  std::map<OperationRole, double> roles_pJ;  // every role
  double total_pJ() const { return sum(levels_pJ); }
};
EstimateSums sums(const NetworkEstimate& estimate);
// Of one layer.
EstimateSums sums(const LayerEstimate& layer);

}  // namespace eyeshift
