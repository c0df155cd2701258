#pragma once

#include <string>
#include <vector>

#include "sim/published/estimate/loop_tiling.h"
#include "traces/format/layer.h"

namespace eyeshift {

// What one operation of the published estimator computes.
enum class OperationKind {
  fully_connected,  // multiplications
  shift,            // additions to exponents
  add,
  lut_query,
  elementwise_multiply,
};

// What an operation is part of: the estimator's breakdown of energy.
enum class OperationRole { multiply, add, shift, lut_build, lut_query };
inline constexpr OperationRole kOperationRoles[] = {OperationRole::multiply, OperationRole::add,
                                                    OperationRole::shift, OperationRole::lut_build,
                                                    OperationRole::lut_query};

// The names in reports: "fc", "multiply".
std::string name_of(OperationKind kind);
std::string name_of(OperationRole role);

struct Operation {
  std::string name;  // in its layer
  OperationKind kind = OperationKind::fully_connected;
  OperationRole role = OperationRole::multiply;
  LoopBounds bounds;
  int bits = 16;  // width of every operand
};

// The schemes that the published estimator knows, sorted: fp16, lut-gemm, optq, shiftaddllm.
const std::vector<std::string>& estimated_schemes();

// A linear layer's operations under a scheme, for `tokens` tokens, as the estimator released with ShiftAddLLM
// lists them. bits: of a weight; 16 with fp16. Look-up tables take 8 inputs each: K is rounded down to a
// multiple of 8, as there. Throws InputError for an unknown scheme, bits that it does not have, fewer than 8
// inputs under a scheme with tables, and convolutions.
std::vector<Operation> layer_operations(const LayerShape& shape, const std::string& scheme, int bits,
                                        int64_t tokens);

// The addition of a bias to M outputs, and the product of a gated feed-forward's two halves.
Operation bias_add(int64_t M, int64_t tokens);
Operation gate_multiply(int64_t M, int64_t tokens);

}  // namespace eyeshift
