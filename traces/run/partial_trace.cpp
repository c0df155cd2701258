#include "traces/run/partial_trace.h"

#include <cstdio>
#include <stdexcept>
#include <utility>

#include "base/errors.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

std::string file_of(const std::string& what, size_t stage, const std::string& extension) {
  char number[24];
  std::snprintf(number, sizeof number, "%05zu", stage);
  return what + "-" + number + extension;
}

// A full disk is no bad input, and what is finished is of use.
template <typename Write>
void write_or_stop(const fs::path& folder, Write write) {
  try {
    write();
  } catch (const InputError& error) {
    throw std::runtime_error(std::string(error.what()) + "; what is finished stays in '" + folder.string() +
                             "', the same command goes on from there");
  }
}

}  // namespace

PartialTrace::PartialTrace(const fs::path& output, const nlohmann::json& job, bool restart,
                           const std::function<void(const std::string&)>& warn)
    : output_(fs::weakly_canonical(output)), folder_(output, job, restart) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_.path())) {
    size_t stage = 0;
    if (std::sscanf(entry.path().filename().c_str(), "stage-%zu.json", &stage) != 1) continue;
    if (entry.path().filename() != file_of("stage", stage, ".json")) continue;
    try {
      parts_.emplace(stage, open(stage));
    } catch (const InputError& error) {
      warn(std::string(error.what()) + ": its layers are quantized again");
    }
  }
}

size_t PartialTrace::layers() const {
  size_t count = 0;
  for (const auto& [stage, part] : parts_) count += part.time_s.size();
  return count;
}

PartialTrace::Part PartialTrace::open(size_t stage) const {
  const fs::path path = folder_ / file_of("stage", stage, ".safetensors");
  const auto seal = folder_.read(file_of("stage", stage, ".json"));
  if (!seal || !fs::exists(path) || sha256_of_file(path) != seal->at("sha256"))
    throw InputError("'" + path.string() + "' is damaged");
  return {std::make_unique<const TraceFile>(path), seal->at("time_s").get<std::vector<double>>()};
}

void PartialTrace::keep(size_t stage, std::vector<Layer> layers) {
  Trace part;
  part.layers = std::move(layers);
  std::vector<double> time_s;
  for (const Layer& layer : part.layers) time_s.push_back(layer.time_s);
  write_or_stop(folder(), [&] {
    const std::string name = file_of("stage", stage, ".safetensors");
    write_trace(folder_ / name, part);
    // Written last: without it the stage is not done.
    folder_.write(file_of("stage", stage, ".json"),
                  {{"sha256", sha256_of_file(folder_ / name)}, {"time_s", time_s}});
  });
  parts_.insert_or_assign(stage, open(stage));
}

std::vector<Layer> PartialTrace::descriptions(size_t stage) const {
  const Part& part = parts_.at(stage);
  std::vector<Layer> layers = part.file->description().layers;
  for (size_t i = 0; i < layers.size(); ++i) layers[i].time_s = part.time_s.at(i);
  return layers;
}

std::shared_ptr<const Layer> PartialTrace::layer(size_t stage, size_t place) const {
  return std::make_shared<const Layer>(parts_.at(stage).file->layer(place));
}

std::optional<std::vector<LayerSensitivity>> PartialTrace::sensitivities(size_t stage) const {
  const auto stored = folder_.read(file_of("sensitivity", stage, ".json"));
  if (!stored) return {};
  std::vector<LayerSensitivity> layers;
  for (const auto& layer : *stored)
    layers.push_back({{}, layer.at("criterion"), layer.at("errors").get<std::array<double, 3>>()});
  return layers;
}

void PartialTrace::keep_sensitivities(size_t stage, const std::vector<LayerSensitivity>& layers) {
  auto stored = nlohmann::json::array();
  for (const LayerSensitivity& layer : layers)
    stored.push_back({{"criterion", layer.criterion}, {"errors", layer.errors}});
  write_or_stop(folder(), [&] { folder_.write(file_of("sensitivity", stage, ".json"), stored); });
}

void PartialTrace::finish(const Trace& description) {
  std::vector<std::pair<const TraceFile*, size_t>> sources;
  for (const auto& [stage, part] : parts_)
    for (size_t place = 0; place < part.time_s.size(); ++place) sources.emplace_back(part.file.get(), place);
  write_or_stop(folder(), [&] {
    const fs::path whole = folder_ / "trace.safetensors";
    write_trace(whole, description, [&](size_t layer, const TensorSpec& spec) {
      return sources.at(layer).first->tensor(sources.at(layer).second, spec);
    });
    fs::rename(whole, output_);
  });
  folder_.remove();
}

}  // namespace eyeshift
