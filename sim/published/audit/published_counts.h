#pragma once

#include "sim/published/audit/audited_layer.h"

namespace eyeshift {

// The counts of the operations that the estimator makes of a layer, operation by operation, so that a step
// replaces one of them. With the estimator's prices they add up to its energy.
using PublishedPart = AuditCounts;
struct PublishedParts {
  PublishedPart products;                // fp16, optq
  PublishedPart build, queries, scales;  // schemes with tables
  PublishedPart sums;
  PublishedPart extras;  // biases, gated products
};
PublishedParts published_parts(const AuditedLayer& layer, Estimator& estimator);

// The tiling of the layer as one product: the one that the estimator finds for `products`, of half-precision
// words under schemes that it cuts up otherwise.
LoopTiling published_tiling(const AuditedLayer& layer, Estimator& estimator);

}  // namespace eyeshift
