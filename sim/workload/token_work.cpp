#include "sim/workload/token_work.h"

#include <algorithm>

#include "base/errors.h"
#include "models/pe/listed_units.h"
#include "sim/workload/attention_layers.h"

namespace eyeshift {
namespace {

// `elements` values of one operation, each a token of a layer with one input and one output.
WorkItem elementwise(const std::string& name, const std::string& operation, int64_t elements, int64_t count) {
  WorkItem item;
  item.shape = {name, 1, 1, count};
  item.encoding.scheme = operation;
  item.encoding.coding = Coding::none;
  item.encoding.bits = 0;
  item.kind = LayerKind::vector;
  item.tokens = elements;
  return item;
}

WorkItem product(const AttentionLayer& layer) {
  WorkItem item;
  item.shape = layer.shape;
  item.kind = LayerKind::attention;
  item.tokens = layer.inputs;
  return item;
}

}  // namespace

std::vector<WorkItem> token_work(const Workload& workload, int64_t context, int64_t tokens, int64_t batch) {
  if (!workload.attention)
    throw InputError(
        "--context: network '" + workload.network +
        "' states no attention: add `attention: {heads, kv_heads, head_dim, count}` to its file");
  const AttentionShape& attention = *workload.attention;
  const std::vector<AttentionLayer> products = attention_layers(attention, context, tokens, batch);
  std::vector<WorkItem> work = {
      product(products.front()),
      elementwise("softmax", "softmax",
                  attention.heads * tokens * batch * attended_positions(attention, context, tokens),
                  attention.count),
      product(products.back())};
  for (const NormShape& norm : workload.norms)
    work.push_back(elementwise(norm.name, norm.kind == NormKind::layer_norm ? "layer_norm" : "rms_norm",
                               norm.width * tokens * batch, norm.count));
  return work;
}

void check_token_lanes(const AcceleratorConfig& accelerator) {
  if (!has_lanes(accelerator.array))
    throw InputError("--context: accelerator '" + accelerator.name + "' has no " + lane_unit() +
                     " for the products of attention, softmax and norms: add it to array.units");
}

}  // namespace eyeshift
