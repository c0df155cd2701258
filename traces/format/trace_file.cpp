#include "traces/format/trace_file.h"

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "configs/reader/errors.h"
#include "traces/format/layer_tensors.h"
#include "traces/format/trace_json.h"
#include "traces/tensor_io/safetensors.h"
#include "traces/tensor_io/strict_json.h"

namespace eyeshift {
namespace {

void read_layer(const SafetensorsFile& file, Layer& layer, std::set<std::string>& known) {
  for (const TensorSpec& spec : layer_tensors(layer.shape, layer.encoding, layer.tokens)) {
    const std::string name = layer.shape.name + "." + spec.suffix;
    const std::string where = file.path().string() + ": tensor '" + name + "'";
    const TensorInfo& info = file.info(name);
    if (info.dtype != spec.dtype || info.shape != spec.shape)
      throw InputError(where + " is " + std::string(name_of(info.dtype)) + " " + shape_text(info.shape) +
                       ", its layer's encoding needs " + std::string(name_of(spec.dtype)) + " " +
                       shape_text(spec.shape));
    try {
      set_tensor(layer, spec, file.read_bytes(name));
    } catch (const std::domain_error& error) {
      throw InputError(where + ": " + error.what());
    }
    known.insert(name);
  }
}

}  // namespace

void write_trace(const std::filesystem::path& path, const Trace& trace) {
  std::vector<std::vector<uint8_t>> contents;
  std::vector<TensorView> views;
  for (const Layer& layer : trace.layers) {
    for (const TensorSpec& spec : layer_tensors(layer.shape, layer.encoding, layer.tokens)) {
      contents.push_back(tensor_bytes(layer, spec));
      views.push_back({layer.shape.name + "." + spec.suffix, spec.dtype, spec.shape, contents.back().data()});
    }
  }
  const auto description =
      json_from_trace(trace).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  write_safetensors(path, std::move(views), {{kTraceKey, description}});
}

Trace read_trace(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  const auto description = file.metadata().find(kTraceKey);
  if (description == file.metadata().end())
    throw InputError(path.string() + ": not a trace: its __metadata__ has no '" + kTraceKey +
                     "': write one with `eyeshift quantize`");
  const std::string where = path.string() + ": trace metadata";
  Trace trace = trace_from_json(parse_json_object(description->second, where), where);
  std::set<std::string> known;
  for (Layer& layer : trace.layers) read_layer(file, layer, known);
  for (const auto& [name, info] : file.tensors())
    if (known.count(name) == 0)
      throw InputError(path.string() + ": tensor '" + name + "' belongs to no layer");
  return trace;
}

}  // namespace eyeshift
