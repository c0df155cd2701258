#include "sim/published/audit/published_counts.h"

#include "base/errors.h"
#include "sim/published/estimate/published_energies.h"

namespace eyeshift {
namespace {

Transfers half_each(double bits) { return {bits / 2, bits / 2}; }

void count_operations(const Operation& operation, double times, AuditCounts& counts) {
  switch (operation.kind) {
    case OperationKind::fully_connected:
    case OperationKind::elementwise_multiply:
      counts.multiply += times;
      return;
    case OperationKind::shift:
      counts.shift += times;
      return;
    case OperationKind::add:
      (operation.role == OperationRole::lut_build ? counts.lut_add : counts.add) += times;
      return;
    case OperationKind::lut_query:
      counts.lut_query += times;
      return;
  }
  throw InternalError("no such operation");
}

AuditCounts counts_of(const OperationEstimate& estimate) {
  const Operation& operation = estimate.operation;
  const PerLevel words = accesses(operation.bounds, estimate.tiling);
  const double bits = published_word_bits(operation);
  AuditCounts counts;
  count_operations(operation, words.compute, counts);
  counts.noc_bits.outputs = words.noc.outputs * bits;
  counts.rf = {{words.rf.inputs * bits, 0}, {words.rf.weights * bits, 0}, half_each(words.rf.outputs * bits)};
  if (!leaves_chip(operation.kind)) return counts;
  counts.dram_bits = {words.dram.inputs * bits, words.dram.weights * bits, words.dram.outputs * bits};
  counts.noc_bits.inputs = words.noc.inputs * bits;
  counts.noc_bits.weights = words.noc.weights * bits;
  counts.glb.inputs.read = words.glb.inputs * bits;
  counts.glb.outputs = half_each(words.glb.outputs * bits);
  return counts;
}

// The part that an operation of a layer belongs to.
PublishedPart& part_of(const Operation& operation, bool keyed, PublishedParts& parts) {
  if (operation.role == OperationRole::lut_build) return parts.build;
  if (operation.role == OperationRole::lut_query) return parts.queries;
  if (operation.role == OperationRole::add) return parts.sums;
  return keyed ? parts.scales : parts.products;
}

}  // namespace

PublishedParts published_parts(const AuditedLayer& layer, Estimator& estimator) {
  PublishedParts parts;
  const bool keyed = layer.scheme == "lut-gemm" || layer.scheme == "shiftaddllm";
  for (const Operation& operation : layer_operations(layer.shape, layer.scheme, layer.bits, layer.tokens))
    part_of(operation, keyed, parts).add_counts(counts_of(estimator.estimate(operation)));
  if (layer.has_bias)
    parts.extras.add_counts(counts_of(estimator.estimate(bias_add(layer.shape.M, layer.tokens))));
  if (layer.is_gate)
    parts.extras.add_counts(counts_of(estimator.estimate(gate_multiply(layer.shape.M, layer.tokens))));
  return parts;
}

LoopTiling published_tiling(const AuditedLayer& layer, Estimator& estimator) {
  const int bits = layer.scheme == "optq" ? layer.bits : 16;
  const LoopBounds bounds{layer.tokens, layer.shape.K, layer.shape.M};
  return estimator
      .estimate(Operation{"", OperationKind::fully_connected, OperationRole::multiply, bounds, bits})
      .tiling;
}

}  // namespace eyeshift
