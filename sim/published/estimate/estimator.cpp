#include "sim/published/estimate/estimator.h"

#include <algorithm>

#include "base/errors.h"
#include "sim/published/estimate/published_energies.h"

namespace eyeshift {
namespace {

constexpr char kHead[] = "lm_head";
constexpr char kGate[] = "gate_proj";

// The projections that have a bit more where bits are mixed: one of queries and outputs, one of keys and
// values.
const std::vector<std::string> kMixedUp = {"q_proj", "k_proj"};

bool has_layer(const NetworkConfig& network, const std::string& name) {
  return std::any_of(network.layers.begin(), network.layers.end(),
                     [&](const LayerShape& shape) { return shape.name == name; });
}

int layer_bits(const std::string& layer, const WeightBits& bits) {
  const bool up = std::find(kMixedUp.begin(), kMixedUp.end(), layer) != kMixedUp.end();
  return bits.mixed && up ? bits.bits + 1 : bits.bits;
}

void check_mixed(const NetworkConfig& network, const WeightBits& bits) {
  for (const std::string& name : kMixedUp)
    if (bits.mixed && !has_layer(network, name))
      throw InputError("network '" + network.name + "' has no layer " + name +
                       ", to which mixed bits give one bit more: give whole bits");
}

PerLevel sum(const PerLevel& one, const PerLevel& other, double times) {
  const auto add = [&](const PerOperand& a, const PerOperand& b) {
    return PerOperand{a.inputs + times * b.inputs, a.weights + times * b.weights,
                      a.outputs + times * b.outputs};
  };
  return {one.compute + times * other.compute, add(one.dram, other.dram), add(one.glb, other.glb),
          add(one.noc, other.noc), add(one.rf, other.rf)};
}

void add(const EstimateSums& other, double times, EstimateSums& sums) {
  sums.latency_s += times * other.latency_s;
  sums.levels_pJ = sum(sums.levels_pJ, other.levels_pJ, times);
  for (const auto& [role, pJ] : other.roles_pJ) sums.roles_pJ[role] += times * pJ;
}

}  // namespace

bool has_biases(const NetworkConfig& network) {
  return std::any_of(network.norms.begin(), network.norms.end(),
                     [](const NormShape& norm) { return norm.kind == NormKind::layer_norm; });
}

bool is_head(const LayerShape& shape) { return shape.name == kHead; }
bool is_gate(const LayerShape& shape) { return shape.name == kGate; }

std::string name_of(const WeightBits& bits) {
  // Two of four projections have one bit more; the average over all weights depends on the network.
  return std::to_string(bits.bits) + (bits.mixed ? ".2" : "");
}

OperationEstimate Estimator::estimate(const Operation& operation) {
  const LoopBounds& bounds = operation.bounds;
  const PerLevel word_pJ = published_energies_pJ(operation);
  const Key key{operation.kind, bounds.N, bounds.C, bounds.M, operation.bits};
  auto known = tilings_.find(key);
  if (known == tilings_.end())
    known = tilings_.emplace(key, best_tiling(bounds, published_limits(operation.bits), word_pJ)).first;
  const LoopTiling& tiling = known->second;
  return {operation, tiling, product(accesses(bounds, tiling), word_pJ),
          steps(tiling) * published_step_s(operation.kind)};
}

NetworkEstimate Estimator::estimate(const NetworkConfig& network, const std::string& scheme,
                                    const WeightBits& bits, int64_t tokens) {
  check_mixed(network, bits);
  NetworkEstimate estimated{network.name, scheme, bits, tokens, {}};
  const bool biases = has_biases(network);
  for (const LayerShape& shape : network.layers) {
    const bool head = is_head(shape);
    LayerEstimate layer{shape, head ? "fp16" : scheme, head ? 16 : layer_bits(shape.name, bits), {}};
    std::vector<Operation> operations = layer_operations(shape, layer.scheme, layer.bits, tokens);
    if (biases && !head) operations.push_back(bias_add(shape.M, tokens));
    if (is_gate(shape)) operations.push_back(gate_multiply(shape.M, tokens));
    for (const Operation& operation : operations) layer.operations.push_back(estimate(operation));
    estimated.layers.push_back(layer);
  }
  return estimated;
}

EstimateSums sums(const LayerEstimate& layer) {
  EstimateSums sums;
  for (const OperationRole role : kOperationRoles) sums.roles_pJ[role] = 0;
  for (const OperationEstimate& operation : layer.operations) {
    sums.latency_s += operation.latency_s;
    sums.levels_pJ = sum(sums.levels_pJ, operation.energy_pJ, 1);
    sums.roles_pJ[operation.operation.role] += sum(operation.energy_pJ);
  }
  return sums;
}

EstimateSums sums(const NetworkEstimate& estimate) {
  EstimateSums all;
  for (const OperationRole role : kOperationRoles) all.roles_pJ[role] = 0;
  for (const LayerEstimate& layer : estimate.layers)
    add(sums(layer), static_cast<double>(layer.shape.count), all);
  return all;
}

}  // namespace eyeshift
