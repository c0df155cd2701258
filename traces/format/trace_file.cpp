#include "traces/format/trace_file.h"

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/errors.h"
#include "base/files/strict_json.h"
#include "traces/format/trace_json.h"

namespace eyeshift {
namespace {

std::string tensor_name(const Layer& layer, const TensorSpec& spec) {
  return layer.shape.name + "." + spec.suffix;
}

std::string where(const SafetensorsFile& file, const std::string& tensor) {
  return file.path().string() + ": tensor '" + tensor + "'";
}

void check_tensor(const SafetensorsFile& file, const std::string& name, const TensorSpec& spec) {
  const TensorInfo& info = file.info(name);
  if (info.dtype != spec.dtype || info.shape != spec.shape)
    throw InputError(where(file, name) + " is " + std::string(name_of(info.dtype)) + " " +
                     shape_text(info.shape) + ", its layer's encoding needs " +
                     std::string(name_of(spec.dtype)) + " " + shape_text(spec.shape));
}

Trace read_description(const SafetensorsFile& file) {
  const auto description = file.metadata().find(kTraceKey);
  if (description == file.metadata().end())
    throw InputError(file.path().string() + ": not a trace: its __metadata__ has no '" + kTraceKey +
                     "': write one with `eyeshift quantize`");
  const std::string metadata = file.path().string() + ": trace metadata";
  return trace_from_json(parse_json_object(description->second, metadata), metadata);
}

}  // namespace

TraceFile::TraceFile(const std::filesystem::path& path) : file_(path), description_(read_description(file_)) {
  std::set<std::string> known;
  for (const Layer& layer : description_.layers) {
    for (const TensorSpec& spec : layer_tensors(layer.shape, layer.encoding, layer.tokens)) {
      check_tensor(file_, tensor_name(layer, spec), spec);
      known.insert(tensor_name(layer, spec));
    }
  }
  for (const auto& [name, info] : file_.tensors())
    if (known.count(name) == 0)
      throw InputError(path.string() + ": tensor '" + name + "' belongs to no layer");
}

Layer TraceFile::layer(size_t index) const {
  Layer layer = description_.layers[index];
  for (const TensorSpec& spec : layer_tensors(layer.shape, layer.encoding, layer.tokens)) {
    try {
      set_tensor(layer, spec, tensor(index, spec));
    } catch (const std::domain_error& error) {
      throw InputError(where(file_, tensor_name(layer, spec)) + ": " + error.what());
    }
  }
  return layer;
}

std::vector<uint8_t> TraceFile::tensor(size_t layer, const TensorSpec& spec) const {
  return file_.read_bytes(tensor_name(description_.layers[layer], spec));
}

Trace read_trace(const std::filesystem::path& path) {
  const TraceFile file(path);
  Trace trace = file.description();
  for (size_t i = 0; i < trace.layers.size(); ++i) trace.layers[i] = file.layer(i);
  return trace;
}

void write_trace(const std::filesystem::path& path, const Trace& trace) {
  write_trace(path, trace,
              [&](size_t layer, const TensorSpec& spec) { return tensor_bytes(trace.layers[layer], spec); });
}

void write_trace(const std::filesystem::path& path, const Trace& description, const TensorBytes& bytes) {
  std::vector<TensorContent> contents;
  for (size_t i = 0; i < description.layers.size(); ++i) {
    const Layer& layer = description.layers[i];
    for (const TensorSpec& spec : layer_tensors(layer.shape, layer.encoding, layer.tokens))
      contents.push_back(
          {tensor_name(layer, spec), spec.dtype, spec.shape, [&bytes, i, spec] { return bytes(i, spec); }});
  }
  const auto text =
      json_from_trace(description).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  stream_safetensors(path, std::move(contents), {{kTraceKey, text}});
}

}  // namespace eyeshift
