#include "sim/values/functional.h"

#include <algorithm>

#include "base/errors.h"
#include "base/numbers/half.h"
#include "sim/values/input_form.h"
#include "sim/workload/rotation_layers.h"
#include "traces/tensor_io/npy.h"
#include "traces/tensor_io/safetensors.h"

namespace eyeshift {
namespace {

std::vector<uint16_t> halves(const Eigen::MatrixXd& X, const std::string& path) {
  std::vector<uint16_t> values;
  values.reserve(static_cast<size_t>(X.size()));
  for (Eigen::Index token = 0; token < X.cols(); ++token)
    for (Eigen::Index k = 0; k < X.rows(); ++k) {
      const uint16_t half = half_from_float(static_cast<float>(X(k, token)));
      if ((half & 0x7fff) >= 0x7c00)
        throw InputError(path + ": element [" + std::to_string(k) + ", " + std::to_string(token) +
                         "] does not fit half precision: " + std::to_string(X(k, token)) + " exceeds 65504");
      values.push_back(half);
    }
  return values;
}

// The inputs in the form in which the layer's products begin.
std::vector<uint16_t> formed(const Layer& layer, std::vector<uint16_t> halves) {
  if (layer.encoding.inputs == InputForm::plain) return halves;
  std::vector<float> values(halves.size());
  std::transform(halves.begin(), halves.end(), values.begin(), float_from_half);
  return formed_inputs(layer, values.data(), static_cast<int64_t>(values.size()));
}

}  // namespace

LayerValues functional_inputs(const Trace& trace, const std::string& activations, int64_t tokens) {
  Eigen::MatrixXd X;
  std::vector<uint16_t> shared;
  if (!activations.empty()) {
    X = read_npy_matrix(activations);
    shared = halves(X, activations);
  }
  LayerValues inputs;
  int64_t all = -1;
  for (const Layer& layer : trace.layers) {
    const std::string where = "layer '" + layer.shape.name + "'";
    if (!activations.empty() && X.rows() != layer.shape.K)
      throw InputError(activations + ": has " + std::to_string(X.rows()) + " rows, but " + where +
                       " has K = " + std::to_string(layer.shape.K) +
                       " inputs: expected a matrix [K, tokens]");
    const int64_t columns = activations.empty() ? layer.tokens : X.cols();
    if (columns == 0)
      throw InputError("the trace holds no inputs of " + where +
                       ": give --activations, or quantize with calibration");
    if (tokens == 0 && all >= 0 && columns != all)
      throw InputError("the trace holds " + std::to_string(columns) + " inputs of " + where + " and " +
                       std::to_string(all) + " of others: give --tokens");
    all = columns;
    if (columns < tokens)
      throw InputError("--tokens " + std::to_string(tokens) + ": there are only " + std::to_string(columns) +
                       " inputs of " + where);
    std::vector<uint16_t> values = activations.empty() ? transposed(layer.x, layer.shape.K, columns) : shared;
    if (tokens > 0) values.resize(static_cast<size_t>(tokens * layer.shape.K));
    inputs[layer.shape.name] = formed(layer, std::move(values));
  }
  return inputs;
}

int64_t token_count(const Trace& trace, const LayerValues& inputs) {
  const LayerShape& first = trace.layers.front().shape;
  return static_cast<int64_t>(inputs.at(first.name).size()) / first.K;
}

void write_outputs(const std::string& path, const Trace& trace, const LayerValues& outputs) {
  std::vector<TensorView> tensors;
  for (const Layer& layer : trace.layers) {
    const auto found = outputs.find(layer.shape.name);
    if (found == outputs.end()) continue;
    const std::vector<uint16_t>& y = found->second;
    tensors.push_back({layer.shape.name + ".y",
                       DType::f16,
                       {static_cast<int64_t>(y.size()) / layer.shape.M, layer.shape.M},
                       y.data()});
  }
  write_safetensors(path, std::move(tensors), {{"network", trace.network}, {"scheme", trace.scheme}});
}

}  // namespace eyeshift
