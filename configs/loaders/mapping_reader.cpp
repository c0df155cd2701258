#include "configs/loaders/mapping_reader.h"

#include "base/files/data_files.h"
#include "base/files/yaml_map.h"

namespace eyeshift {
namespace {

constexpr char kMappings[] = "configs/mappings";

}  // namespace

std::map<std::string, Mapping> load_mappings(const std::string& path_or_name) {
  std::map<std::string, Mapping> mappings;
  const auto read_mapping = [&](const std::string& layer, YamlMap& map) {
    const Range<int64_t> size{1, int64_t{1} << 32};
    Mapping& mapping = mappings[layer];
    map.integer("m", mapping.m, size, "outputs whose partial sums stay in the global buffer");
    map.integer("n", mapping.n, size, "tokens processed while they do");
    map.integer("e", mapping.e, size,
                "width of a PE set: output rows of a strip, or columns that split the tokens",
                Need::optional);
    map.integer("p", mapping.p, size, "outputs of a PE");
    map.integer("q", mapping.q, size, "inputs of a PE, channels of a convolution");
    map.integer("r", mapping.r, size, "PE sets that split the inputs");
    map.integer("t", mapping.t, size, "PE sets that split the outputs");
  };
  read_yaml(find_data_file(path_or_name, kMappings, "mapping"),
            [&](YamlMap& map) { map.each(read_mapping, "mappings by layer name"); });
  return mappings;
}

std::vector<std::string> mapping_names() { return data_file_names(kMappings); }

}  // namespace eyeshift
