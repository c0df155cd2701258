#pragma once

#include <cstdint>
#include <string>

#include "sim/workload/task.h"
#include "traces/format/layer.h"

namespace eyeshift {

// The inputs of every layer of a functional run: the columns of a .npy matrix [K, tokens] that all layers
// share, or, where `activations` is empty, the sample in the trace; formed_inputs() of them. tokens: how many
// of the columns to take, 0: all of them. Throws InputError where a layer has no sample, the matrix does not
// fit it, a value does not fit half precision, or there are fewer columns than asked for; or where layers
// differ in their number of columns and all are asked for.
LayerValues functional_inputs(const Trace& trace, const std::string& activations, int64_t tokens);

// The number of tokens of such inputs.
int64_t token_count(const Trace& trace, const LayerValues& inputs);

// Writes a tensor NAME.y, F16 [tokens, M], of every layer of the trace that has outputs, atomically.
void write_outputs(const std::string& path, const Trace& trace, const LayerValues& outputs);

}  // namespace eyeshift
