#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "traces/network/network.h"
#include "traces/network/operations.h"
#include "traces/tensor_io/checkpoint.h"

namespace eyeshift {

// An embedding's table [rows, columns], read row by row where it is stored.
class EmbeddingTable {
 public:
  EmbeddingTable(std::shared_ptr<const Checkpoint> checkpoint, std::string tensor, int64_t rows,
                 int64_t columns);

  // The rows of these indices [count, columns].
  Activations rows(const int32_t* indices, int64_t count) const;

 private:
  std::shared_ptr<const Checkpoint> checkpoint_;
  std::string tensor_;
  int64_t rows_, columns_;
};

// The parts of a network by their Hugging Face names. All tensors are checked at once; the large ones are
// read where they are used, from the checkpoint, which stays open as long as the parts live. All functions
// throw InputError as Checkpoint::read() does.
class NetworkTensors {
 public:
  // absent_prefix: that the names asked for begin with and the checkpoint's do not.
  explicit NetworkTensors(std::shared_ptr<const Checkpoint> checkpoint, std::string absent_prefix = {});

  const Checkpoint& checkpoint() const { return *checkpoint_; }
  // The name in the checkpoint.
  std::string stored(const std::string& name) const;

  Eigen::VectorXf vector(const std::string& name, int64_t size) const;
  LayerNorm norm(const std::string& name, int64_t size) const;  // of NAME.weight and NAME.bias
  EmbeddingTable table(const std::string& name, int64_t rows, int64_t columns) const;
  Weights weights(const std::string& name, int64_t M, int64_t K) const;
  Linear linear(const std::string& name, int64_t K, int64_t M) const;  // of NAME.weight and NAME.bias

 private:
  std::shared_ptr<const Checkpoint> checkpoint_;
  std::string absent_prefix_;
};

}  // namespace eyeshift
