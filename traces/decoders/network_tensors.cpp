#include "traces/decoders/network_tensors.h"

#include <utility>

namespace eyeshift {
namespace {

Activations read_matrix(const Checkpoint& checkpoint, const std::string& tensor, int64_t rows,
                        int64_t columns) {
  Activations matrix(rows, columns);
  checkpoint.read(tensor, {rows, columns}, 0, rows * columns, matrix.data());
  return matrix;
}

// A tensor [M, K], or [K, M] where it is transposed, checked now and read where it is used.
Weights stored_weights(const Checkpoint& checkpoint, const std::string& tensor, int64_t M, int64_t K,
                       bool is_transposed) {
  checkpoint.check(tensor, is_transposed ? std::vector{K, M} : std::vector{M, K});
  return Weights([=]() -> Activations {
    if (is_transposed) return read_matrix(checkpoint, tensor, K, M).transpose();
    return read_matrix(checkpoint, tensor, M, K);
  });
}

}  // namespace

EmbeddingTable::EmbeddingTable(const Checkpoint& checkpoint, std::string tensor, int64_t rows,
                               int64_t columns)
    : tensor_(std::move(tensor)),
      shape_{rows, columns},
      checkpoint_(checkpoint),
      weights_(stored_weights(checkpoint, tensor_, rows, columns, false)) {}

Activations EmbeddingTable::rows(const int32_t* indices, int64_t count) const {
  const int64_t columns = shape_[1];
  Activations chosen(count, columns);
  for (int64_t i = 0; i < count; ++i)
    checkpoint_->read(tensor_, shape_, indices[i] * columns, columns, chosen.row(i).data());
  return chosen;
}

NetworkTensors::NetworkTensors(const Checkpoint& checkpoint, const std::string& first_part,
                               const std::string& known)
    : checkpoint_(checkpoint), first_part_(first_part), is_bare_(checkpoint.contains(known)) {}

Activations NetworkTensors::matrix(const std::string& name, int64_t rows, int64_t columns) const {
  return read_matrix(checkpoint_, stored(name), rows, columns);
}

EmbeddingTable NetworkTensors::table(const std::string& name, int64_t rows, int64_t columns) const {
  return {checkpoint_, stored(name), rows, columns};
}

Weights NetworkTensors::weights(const std::string& name, int64_t M, int64_t K) const {
  return stored_weights(checkpoint_, stored(name), M, K, false);
}

Eigen::VectorXf NetworkTensors::vector(const std::string& name, int64_t size) const {
  const auto values = checkpoint_.read(stored(name), {size});
  return Eigen::Map<const Eigen::VectorXf>(values.data(), size);
}

Norm NetworkTensors::layer_norm(const std::string& name, int64_t width, float epsilon) const {
  Norm norm = rms_norm(name, width, epsilon);
  norm.kind = NormKind::layer_norm;
  norm.bias = vector(name + ".bias", width);
  return norm;
}

Norm NetworkTensors::rms_norm(const std::string& name, int64_t width, float epsilon) const {
  Norm norm;
  norm.kind = NormKind::rms_norm;
  norm.weight = vector(name + ".weight", width);
  norm.epsilon = epsilon;
  return norm;
}

Linear NetworkTensors::linear(const StoredLinear& layer) const {
  // Member by member: GCC 12 destroys members twice when an exception leaves the braces of an aggregate.
  Linear loaded;
  loaded.shape = {layer.name, layer.K, layer.M, 1};
  loaded.weights =
      stored_weights(checkpoint_, stored(layer.name + ".weight"), layer.M, layer.K, layer.is_transposed);
  if (layer.is_biased) loaded.bias = vector(layer.name + ".bias", layer.M);
  return loaded;
}

std::string NetworkTensors::stored(const std::string& name) const {
  return is_bare_ && name.rfind(first_part_, 0) == 0 ? name.substr(first_part_.size()) : name;
}

}  // namespace eyeshift
