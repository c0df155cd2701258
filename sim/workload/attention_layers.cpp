#include "sim/workload/attention_layers.h"

#include <algorithm>
#include <string>

#include "base/errors.h"

namespace eyeshift {
namespace {

constexpr int64_t kMostContext = 1 << 20;
constexpr int64_t kMostProducts = int64_t{1} << 59;  // with 15 actions each, counts stay within 63 bits

}  // namespace

void check_context(int64_t context, int64_t tokens) {
  const std::string option = "--context " + std::to_string(context) + ": ";
  if (context < 1 || context > kMostContext)
    throw InputError(option + "expected a whole number from 1 to " + std::to_string(kMostContext));
  if (tokens < 1) throw InputError("--tokens " + std::to_string(tokens) + ": expected at least 1");
  if (tokens > context)
    throw InputError(option + "must be at least the " + std::to_string(tokens) +
                     " new tokens, which are attended too");
}

int64_t attended_positions(const AttentionShape& attention, int64_t context, int64_t tokens) {
  return attention.window > 0 ? std::min(context, attention.window + tokens - 1) : context;
}

std::vector<AttentionLayer> attention_layers(const AttentionShape& attention, int64_t context, int64_t tokens,
                                             int64_t batch) {
  check_context(context, tokens);
  // One product's; the quotients are exact enough: a / b / c is the whole part of a / (b c).
  const int64_t most_pairs =
      kMostProducts / 2 / (attention.heads * attention.head_dim) / attention.count / batch;
  if (tokens > most_pairs / context)
    throw InputError("--context " + std::to_string(context) + ": too many products with " +
                     std::to_string(tokens) + " tokens: at most " + std::to_string(most_pairs / context) +
                     " tokens can be counted in 63 bits; use fewer");

  const int64_t attended = attended_positions(attention, context, tokens);
  LayerShape qk;
  qk.name = "attention.qk";
  qk.K = attention.head_dim;
  qk.M = attended;
  qk.count = attention.kv_heads * attention.count * batch;
  LayerShape av = qk;
  av.name = "attention.av";
  av.K = attended;
  av.M = attention.head_dim;
  const int64_t inputs = tokens * (attention.heads / attention.kv_heads);
  return {{qk, inputs}, {av, inputs}};
}

}  // namespace eyeshift
