#pragma once

#include <cstdint>
#include <vector>

#include "models/types/accelerator.h"
#include "sim/workload/workload.h"

namespace eyeshift {

// What `batch` sequences of `tokens` new tokens need beside the layers of their network when each attends
// `context` positions, the new ones included: the products of attention in half precision, `softmax` over
// their scores [heads x tokens x batch, context] a block, and the norms [tokens x batch, width]. Every
// sequence has a KV cache of its own. Throws InputError where the network states no attention, or as
// attention_layers() does.
std::vector<WorkItem> token_work(const Workload& workload, int64_t context, int64_t tokens, int64_t batch);

// Throws InputError where the accelerator has no mac-fp16, on which that work runs.
void check_token_lanes(const AcceleratorConfig& accelerator);

}  // namespace eyeshift
