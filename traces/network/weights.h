#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <memory>

namespace eyeshift {

using Activations =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;  // [tokens, features]

// The weights [M, K] of a linear layer, in memory only while someone uses them. Copies are the same weights.
// All functions may be called from any thread.
class Weights {
 public:
  using Matrix = std::shared_ptr<const Activations>;
  using Read = std::function<Activations()>;

  Weights() = default;
  // Kept in memory.
  Weights(Activations matrix);
  // Read from where they are stored; never twice at the same time.
  explicit Weights(Read read);

  // The weights, read unless someone uses them already. They leave memory with the last Matrix.
  Matrix use() const;

  // Bytes of the weights of all networks that are in memory now.
  static int64_t bytes_in_memory();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace eyeshift
