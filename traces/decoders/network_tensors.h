#pragma once

#include <optional>
#include <string>
#include <vector>

#include "traces/decoders/operations.h"
#include "traces/network/network.h"
#include "traces/tensor_io/checkpoint.h"

namespace eyeshift {

// A linear layer as a checkpoint stores it: NAME.weight [M, K], or [K, M] where it is transposed, and, where
// it is biased, NAME.bias [M].
struct StoredLinear {
  std::string name;
  int64_t K = 0, M = 0;
  bool is_biased = false;
  bool is_transposed = false;
};

// An embedding's table [rows, columns], read row by row where it is stored.
class EmbeddingTable {
 public:
  EmbeddingTable() = default;
  EmbeddingTable(const Checkpoint& checkpoint, std::string tensor, int64_t rows, int64_t columns);

  // The rows of these indices [count, columns].
  Activations rows(const int32_t* indices, int64_t count) const;
  // All of it, as the weights of a layer.
  const Weights& weights() const { return weights_; }

 private:
  std::string tensor_;
  std::vector<int64_t> shape_;
  std::optional<Checkpoint> checkpoint_;
  Weights weights_;
};

// The tensors of a network by the names that they have in its causal language model. Checkpoints of the bare
// model lack the first part of those names. All are checked when they are asked for: InputError where a
// tensor is missing, of another shape or not finite. The weights of layers and tables are read where they
// are used, from the checkpoint's files, which stay open as long as the network lives.
class NetworkTensors {
 public:
  // first_part: what bare checkpoints lack, such as "model."; known: the rest of a name that every checkpoint
  // of the family holds.
  NetworkTensors(const Checkpoint& checkpoint, const std::string& first_part, const std::string& known);

  Activations matrix(const std::string& name, int64_t rows, int64_t columns) const;
  EmbeddingTable table(const std::string& name, int64_t rows, int64_t columns) const;
  Eigen::VectorXf vector(const std::string& name, int64_t size) const;
  // NAME.weight and NAME.bias; NAME.weight alone.
  Norm layer_norm(const std::string& name, int64_t width, float epsilon) const;
  Norm rms_norm(const std::string& name, int64_t width, float epsilon) const;
  Linear linear(const StoredLinear& layer) const;
  // Of a layer without a bias, NAME as a whole [M, K].
  Weights weights(const std::string& name, int64_t M, int64_t K) const;

 private:
  std::string stored(const std::string& name) const;

  Checkpoint checkpoint_;
  std::string first_part_;
  bool is_bare_;
};

}  // namespace eyeshift
