#include "traces/network/network_tensors.h"

#include <utility>

namespace eyeshift {

EmbeddingTable::EmbeddingTable(std::shared_ptr<const Checkpoint> checkpoint, std::string tensor, int64_t rows,
                               int64_t columns)
    : checkpoint_(std::move(checkpoint)), tensor_(std::move(tensor)), rows_(rows), columns_(columns) {
  checkpoint_->check(tensor_, {rows_, columns_});
}

Activations EmbeddingTable::rows(const int32_t* indices, int64_t count) const {
  Activations chosen(count, columns_);
  for (int64_t i = 0; i < count; ++i)
    checkpoint_->read(tensor_, {rows_, columns_}, indices[i] * columns_, columns_, chosen.row(i).data());
  return chosen;
}

NetworkTensors::NetworkTensors(std::shared_ptr<const Checkpoint> checkpoint, std::string absent_prefix)
    : checkpoint_(std::move(checkpoint)), absent_prefix_(std::move(absent_prefix)) {}

std::string NetworkTensors::stored(const std::string& name) const {
  return name.rfind(absent_prefix_, 0) == 0 ? name.substr(absent_prefix_.size()) : name;
}

Eigen::VectorXf NetworkTensors::vector(const std::string& name, int64_t size) const {
  Eigen::VectorXf values(size);
  checkpoint_->read(stored(name), {size}, 0, size, values.data());
  return values;
}

LayerNorm NetworkTensors::norm(const std::string& name, int64_t size) const {
  LayerNorm loaded;
  loaded.weight = vector(name + ".weight", size);
  loaded.bias = vector(name + ".bias", size);
  return loaded;
}

EmbeddingTable NetworkTensors::table(const std::string& name, int64_t rows, int64_t columns) const {
  return {checkpoint_, stored(name), rows, columns};
}

Weights NetworkTensors::weights(const std::string& name, int64_t M, int64_t K) const {
  const std::string tensor = stored(name);
  checkpoint_->check(tensor, {M, K});
  return Weights([checkpoint = checkpoint_, tensor, M, K] {
    Activations matrix(M, K);
    checkpoint->read(tensor, {M, K}, 0, M * K, matrix.data());
    return matrix;
  });
}

Linear NetworkTensors::linear(const std::string& name, int64_t K, int64_t M) const {
  // Member by member: GCC 12 destroys members twice when an exception leaves the braces of an aggregate.
  Linear layer;
  layer.shape = {name, K, M, 1};
  layer.weights = weights(name + ".weight", M, K);
  layer.bias = vector(name + ".bias", M);
  return layer;
}

}  // namespace eyeshift
