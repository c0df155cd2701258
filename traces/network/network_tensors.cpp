#include "traces/network/network_tensors.h"

namespace eyeshift {

NetworkTensors::NetworkTensors(const Checkpoint& checkpoint, const std::string& first_part,
                               const std::string& known)
    : checkpoint_(checkpoint), first_part_(first_part), is_bare_(checkpoint.contains(known)) {}

Activations NetworkTensors::matrix(const std::string& name, int64_t rows, int64_t columns) const {
  const auto values = checkpoint_.read(stored(name), {rows, columns});
  return Eigen::Map<const Activations>(values.data(), rows, columns);
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
  if (layer.is_transposed)
    loaded.weight = matrix(layer.name + ".weight", layer.K, layer.M).transpose();
  else
    loaded.weight = matrix(layer.name + ".weight", layer.M, layer.K);
  if (layer.is_biased) loaded.bias = vector(layer.name + ".bias", layer.M);
  return loaded;
}

std::string NetworkTensors::stored(const std::string& name) const {
  return is_bare_ && name.rfind(first_part_, 0) == 0 ? name.substr(first_part_.size()) : name;
}

}  // namespace eyeshift
