#pragma once

#include <string>

#include "traces/network/network.h"
#include "traces/network/operations.h"
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

// The tensors of a network by the names that they have in its causal language model. Checkpoints of the bare
// model lack the first part of those names. Reading throws InputError where a tensor is missing, of another
// shape or not finite. The checkpoint must outlive the object.
class NetworkTensors {
 public:
  // first_part: what bare checkpoints lack, such as "model."; known: the rest of a name that every checkpoint
  // of the family holds.
  NetworkTensors(const Checkpoint& checkpoint, const std::string& first_part, const std::string& known);

  Activations matrix(const std::string& name, int64_t rows, int64_t columns) const;
  Eigen::VectorXf vector(const std::string& name, int64_t size) const;
  // NAME.weight and NAME.bias; NAME.weight alone.
  Norm layer_norm(const std::string& name, int64_t width, float epsilon) const;
  Norm rms_norm(const std::string& name, int64_t width, float epsilon) const;
  Linear linear(const StoredLinear& layer) const;

 private:
  std::string stored(const std::string& name) const;

  const Checkpoint& checkpoint_;
  std::string first_part_;
  bool is_bare_;
};

}  // namespace eyeshift
