#include "configs/loaders/network_reader.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/files/data_files.h"
#include "base/files/yaml_map.h"

namespace eyeshift {
namespace {

constexpr char kNetworks[] = "configs/networks";
constexpr Range<int64_t> kChannels{1, 1 << 20};
constexpr Range<int64_t> kPixels{1, 1 << 16};
constexpr Range<int64_t> kHeads{1, 1 << 16};
constexpr Range<int64_t> kCount{1, 1 << 16};
constexpr Range<int64_t> kWindow{1, 1 << 20};
constexpr Range<double> kFraction{0, 1};
// Products, inputs or values of one token or image: at 2^20 tokens 15 actions for each still fit in 63 bits.
constexpr int64_t kMost = int64_t{1} << 39;

// Whether the product of `factors`, all positive, is at most `most`.
bool product_within(int64_t most, std::initializer_list<int64_t> factors) {
  for (const int64_t factor : factors) most /= factor;
  return most > 0;
}

[[noreturn]] void fail_too_many(const YamlMap& map, const std::string& key, const std::string& product) {
  map.fail(key, product + " must be at most " + std::to_string(kMost) +
                    ": more could not be counted in 63 bits at 2^20 tokens; make it smaller");
}

// What of a layer, read and checked, there is most of: products or, where a convolution strides far, inputs.
int64_t most_counted(const LayerShape& shape) {
  const int64_t padded = shape.conv ? shape.conv->H + 2 * shape.conv->pad : 1;
  const int64_t inputs = shape.conv ? shape.conv->C * padded * padded : shape.K;
  return std::max(shape.K * shape.M * shape.positions(), inputs) * shape.count;
}

// The keys that both types of layer have.
void read_common(YamlMap& map, LayerShape& shape) {
  map.integer("count", shape.count, kCount, "identical layers that this one stands for", Need::optional);
  map.number("zero_fraction", shape.zero_fraction, kFraction, "part of the inputs that is zero",
             Need::optional);
  map.number("output_zero_fraction", shape.output_zero_fraction, kFraction,
             "part of the outputs that is zero after the activation", Need::optional);
  map.done();
}

void read_linear(YamlMap& map, LayerShape& shape) {
  map.integer("K", shape.K, kChannels, "inputs");
  map.integer("M", shape.M, kChannels, "outputs");
  read_common(map, shape);
  if (!product_within(kMost, {shape.K, shape.M, shape.count})) fail_too_many(map, "K", "K x M x count");
}

void read_conv(YamlMap& map, LayerShape& shape) {
  Convolution conv;
  map.integer("C", conv.C, kChannels, "input channels of all groups");
  map.integer("M", shape.M, kChannels, "output channels");
  map.integer("H", conv.H, kPixels, "height and width of the input, without padding");
  map.integer("R", conv.R, kPixels, "height and width of the filter");
  map.integer("stride", conv.stride, kPixels, "step of the filter (Eyeriss's U)");
  map.integer("pad", conv.pad, {0, kPixels.max}, "zeros on each side of the input", Need::optional);
  map.integer("groups", conv.groups, kChannels, "groups of channels", Need::optional);
  read_common(map, shape);
  const int64_t padded = conv.H + 2 * conv.pad;
  if (conv.R > padded)
    map.fail("R", "the filter is larger than the padded input of " + std::to_string(padded));
  if (conv.C % conv.groups != 0 || shape.M % conv.groups != 0)
    map.fail("groups",
             "expected a divisor of C = " + std::to_string(conv.C) + " and M = " + std::to_string(shape.M));
  shape.K = conv.C / conv.groups * conv.R * conv.R;
  shape.conv = conv;
  if (!product_within(kMost, {shape.K, shape.M, shape.positions(), shape.count}))
    fail_too_many(map, "C",
                  "C / groups x R x R x M x E x E x count, with outputs of height E = " +
                      std::to_string(conv.E()) + ",");
  if (!product_within(kMost, {conv.C, padded, padded, shape.count}))
    fail_too_many(map, "H", "C x (H + 2 pad) x (H + 2 pad) x count");
}

void read_attention(YamlMap& map, AttentionShape& shape) {
  map.integer("heads", shape.heads, kHeads, "heads of queries");
  map.integer("kv_heads", shape.kv_heads, kHeads, "heads of keys and values");
  map.integer("head_dim", shape.head_dim, kChannels, "width of a head");
  map.integer("count", shape.count, kCount, "blocks");
  map.integer("window", shape.window, kWindow, "positions that a token attends at most; default: all",
              Need::optional);
  map.done();
  if (shape.heads % shape.kv_heads != 0)
    map.fail("kv_heads", "expected a divisor of heads = " + std::to_string(shape.heads));
  if (shape.heads * shape.head_dim > kChannels.max)
    map.fail("head_dim", "heads x head_dim must be at most " + std::to_string(kChannels.max));
}

void read_norm(YamlMap& map, NormShape& shape) {
  map.text("name", shape.name, "what reports call the norm");
  map.choice<NormKind>("kind", shape.kind,
                       {{"layer_norm", NormKind::layer_norm}, {"rms_norm", NormKind::rms_norm}},
                       "kind of norm");
  map.integer("width", shape.width, kChannels, "values that are normalised together");
  map.integer("count", shape.count, kCount, "identical norms that this one stands for", Need::optional);
  map.done();
}

}  // namespace

NetworkConfig load_network(const std::string& path_or_name) {
  enum class Type { linear, conv };
  NetworkConfig network;
  std::set<std::string> names, norm_names;
  int64_t total = 0;
  const auto add = [&](const YamlMap& map, int64_t counted) {
    total += counted;
    if (total > kMost) fail_too_many(map, "name", "the network's products, inputs and normalised values");
  };
  const auto read_layer = [&](YamlMap& map) {
    LayerShape shape;
    Type type = Type::linear;
    map.require("type", "linear or conv");
    map.text("name", shape.name, "what reports call the layer");
    map.choice<Type>("type", type, {{"linear", Type::linear}, {"conv", Type::conv}}, "kind of layer");
    type == Type::linear ? read_linear(map, shape) : read_conv(map, shape);
    if (!names.insert(shape.name).second) map.fail("name", "another layer has this name");
    add(map, most_counted(shape));
    network.layers.push_back(shape);
  };
  const auto read_one_norm = [&](YamlMap& map) {
    NormShape shape;
    read_norm(map, shape);
    if (!norm_names.insert(shape.name).second) map.fail("name", "another norm has this name");
    add(map, shape.width * shape.count);
    network.norms.push_back(shape);
  };
  read_yaml(find_data_file(path_or_name, kNetworks, "network"), [&](YamlMap& map) {
    map.text("name", network.name, "what reports call the network");
    map.list("layers", read_layer, "layers in the network's order");
    map.map(
        "attention", [&](YamlMap& inner) { read_attention(inner, network.attention.emplace()); },
        "attention of the blocks", Need::optional);
    map.list("norms", read_one_norm, "norms of a forward pass", Need::optional);
  });
  return network;
}

std::vector<std::string> network_names() { return data_file_names(kNetworks); }

}  // namespace eyeshift
