#include "configs/loaders/network_reader.h"

#include <set>

#include "configs/reader/data_files.h"
#include "configs/reader/yaml_map.h"

namespace eyeshift {
namespace {

constexpr char kFolder[] = "configs/networks";
constexpr Range<int64_t> kChannels{1, 1 << 20};
constexpr Range<int64_t> kCount{1, 1 << 16};
constexpr int64_t kMostWeights = int64_t{1}
                                 << 42;  // counts of actions stay within 63 bits at any number of tokens

void read_linear(YamlMap& map, LayerShape& shape) {
  map.integer("K", shape.K, kChannels, "inputs");
  map.integer("M", shape.M, kChannels, "outputs");
  map.integer("count", shape.count, kCount, "identical layers that this one stands for", Need::optional);
  map.done();
  if (shape.K * shape.M > kMostWeights / shape.count)
    map.fail("K", "K x M x count must be at most " + std::to_string(kMostWeights) + " weights");
}

// Checks the keys of a convolution, in Eyeriss's letters, before refusing it.
void read_conv(YamlMap& map) {
  int64_t C = 0, M = 0, H = 0, R = 0, stride = 1, pad = 0, groups = 1, count = 1;
  double zero_fraction = 0;
  map.integer("C", C, kChannels, "input channels");
  map.integer("M", M, kChannels, "output channels");
  map.integer("H", H, {1, 65536}, "height and width of the input");
  map.integer("R", R, {1, 65536}, "height and width of the filter");
  map.integer("stride", stride, {1, 65536}, "step of the filter (Eyeriss's U)");
  map.integer("pad", pad, {0, 65536}, "zeros on each side of the input", Need::optional);
  map.integer("groups", groups, kChannels, "groups of channels", Need::optional);
  map.integer("count", count, kCount, "identical layers that this one stands for", Need::optional);
  map.number("zero_fraction", zero_fraction, {0, 1}, "part of the inputs that is zero", Need::optional);
  map.done();
  if (R > H + 2 * pad)
    map.fail("R", "the filter is larger than the padded input of " + std::to_string(H + 2 * pad));
  if (C % groups != 0 || M % groups != 0) map.fail("groups", "expected a divisor of C and M");
  map.fail("type", "convolutions are not simulated yet: use linear layers");
}

}  // namespace

NetworkConfig load_network(const std::string& path_or_name) {
  enum class Type { linear, conv };
  NetworkConfig network;
  std::set<std::string> names;
  const auto read_layer = [&](YamlMap& map) {
    LayerShape shape;
    Type type = Type::linear;
    map.require("type", "linear or conv");
    map.text("name", shape.name, "what reports call the layer");
    map.choice<Type>("type", type, {{"linear", Type::linear}, {"conv", Type::conv}}, "kind of layer");
    type == Type::linear ? read_linear(map, shape) : read_conv(map);
    if (!names.insert(shape.name).second) map.fail("name", "another layer has this name");
    network.layers.push_back(shape);
  };
  read_yaml(find_data_file(path_or_name, kFolder, "network"), [&](YamlMap& map) {
    map.text("name", network.name, "what reports call the network");
    map.list("layers", read_layer, "layers in the network's order");
  });
  return network;
}

std::vector<std::string> network_names() { return data_file_names(kFolder); }

}  // namespace eyeshift
