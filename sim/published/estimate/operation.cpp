#include "sim/published/estimate/operation.h"

#include <algorithm>

#include "base/errors.h"
#include "base/nearest.h"

namespace eyeshift {
namespace {

using Kind = OperationKind;
using Role = OperationRole;

constexpr int kHalf_bits = 16;
constexpr int64_t kKey = 8;          // inputs of a look-up table
constexpr int64_t kTableAdds = 255;  // entries that an addition makes, as the estimator counts them
constexpr int kMostBits = 8;

std::vector<Operation> table_operations(const LayerShape& shape, int bits, int64_t tokens, bool shifts) {
  const int64_t keys = shape.K / kKey;
  if (keys == 0)
    throw InputError("layer '" + shape.name + "' has " + std::to_string(shape.K) +
                     " inputs: a look-up table takes 8; use a layer with more");
  const LoopBounds scaled{tokens * keys, shape.M, bits};
  return {
      {"first entry, products", Kind::fully_connected, Role::lut_build, {tokens * keys, kKey, 1}, kHalf_bits},
      {"first entry, sum", Kind::add, Role::lut_build, {tokens * keys, kKey, 1}, kHalf_bits},
      {"further entries", Kind::add, Role::lut_build, {tokens * keys, 1, kTableAdds}, kHalf_bits},
      {"queries", Kind::lut_query, Role::lut_query, scaled, kHalf_bits},
      shifts ? Operation{"scales", Kind::shift, Role::shift, scaled, kHalf_bits}
             : Operation{"scales", Kind::fully_connected, Role::multiply, scaled, kHalf_bits},
      {"sums", Kind::add, Role::add, {tokens, keys, shape.M}, kHalf_bits},
  };
}

void check_bits(const std::string& scheme, int bits) {
  const bool half = scheme == "fp16";
  if (half ? bits == kHalf_bits : bits >= 1 && bits <= kMostBits) return;
  throw InputError(std::to_string(bits) + " bits: the estimator's scheme '" + scheme + "' has " +
                   (half ? "16" : "1 to 8"));
}

}  // namespace

std::string name_of(OperationKind kind) {
  switch (kind) {
    case Kind::fully_connected:
      return "fc";
    case Kind::shift:
      return "shift";
    case Kind::add:
      return "add";
    case Kind::lut_query:
      return "lut";
    case Kind::elementwise_multiply:
      return "mult";
  }
  throw InternalError("no such operation");
}

std::string name_of(OperationRole role) {
  switch (role) {
    case Role::multiply:
      return "multiply";
    case Role::add:
      return "add";
    case Role::shift:
      return "shift";
    case Role::lut_build:
      return "lut_build";
    case Role::lut_query:
      return "lut_query";
  }
  throw InternalError("no such role");
}

const std::vector<std::string>& estimated_schemes() {
  static const std::vector<std::string> schemes = {"fp16", "lut-gemm", "optq", "shiftaddllm"};
  return schemes;
}

std::vector<Operation> layer_operations(const LayerShape& shape, const std::string& scheme, int bits,
                                        int64_t tokens) {
  const auto& known = estimated_schemes();
  if (std::find(known.begin(), known.end(), scheme) == known.end())
    throw InputError("the published estimator has no scheme '" + scheme + "': known are " +
                     join_names(known));
  check_bits(scheme, bits);
  if (shape.conv)
    throw InputError("layer '" + shape.name +
                     "' is a convolution: the published estimator has linear layers " +
                     "only; estimate a language network, or simulate this one");
  if (scheme == "lut-gemm" || scheme == "shiftaddllm")
    return table_operations(shape, bits, tokens, scheme == "shiftaddllm");
  const LoopBounds bounds{tokens, shape.K, shape.M};
  return {{"products", Kind::fully_connected, Role::multiply, bounds, bits},
          {"sums", Kind::add, Role::add, bounds, kHalf_bits}};
}

Operation bias_add(int64_t M, int64_t tokens) {
  return {"bias", Kind::add, Role::add, {tokens, M, 1}, kHalf_bits};
}

Operation gate_multiply(int64_t M, int64_t tokens) {
  return {"gate", Kind::elementwise_multiply, Role::multiply, {tokens, M, 1}, kHalf_bits};
}

}  // namespace eyeshift
