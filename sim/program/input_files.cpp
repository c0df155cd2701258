#include "sim/program/input_files.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/files/data_files.h"
#include "energy_tables/table.h"
#include "traces/network/tokens.h"
#include "traces/tensor_io/checkpoint.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

void add_table(const std::string& name, const std::string& reader, std::vector<InputPath>& files) {
  for (const std::string& file : load_table(name).files) files.push_back({file, reader});
}

void add_checkpoint(const std::string& path_or_name, std::vector<InputPath>& files) {
  const std::string reader = "--checkpoint";
  const fs::path folder = find_checkpoint(path_or_name);
  const fs::path weights = folder / "model.safetensors", index = folder / "model.safetensors.index.json";
  files.push_back({folder / "config.json", reader});
  std::error_code ignored;
  if (fs::exists(weights, ignored)) return files.push_back({weights, reader});
  files.push_back({index, reader});
  std::ifstream stream(index, std::ios::binary);
  const auto json = nlohmann::json::parse(stream, nullptr, false);
  if (!json.is_object() || !json.contains("weight_map")) return;  // for the checkpoint's reader to report
  for (const auto& shard : json["weight_map"])
    if (shard.is_string() && (files.back().path != folder / shard.get<std::string>()))
      files.push_back({folder / shard.get<std::string>(), reader});
}

// A program that lacks its texts has none that an output could overwrite.
void add_own_texts(std::vector<InputPath>& files) {
  try {
    for (const std::string& name : text_names()) files.push_back({own_text(name), "a default text"});
  } catch (const InputError&) {
  }
}

}  // namespace

std::vector<InputPath> input_files(const Arguments& arguments) {
  std::vector<InputPath> files;
  for (const std::string option : {"trace", "weights", "activations", "test-activations", "result"})
    if (has(arguments, option)) files.push_back({text(arguments, option), "--" + option});
  for (const std::string option : {"text", "calibration"})
    if (has(arguments, option)) files.push_back({find_text(text(arguments, option)), "--" + option});
  for (const std::string kind : {"accelerator", "network", "mapping"})
    if (has(arguments, kind))
      files.push_back({find_data_file(text(arguments, kind), "configs/" + kind + "s", kind), "--" + kind});
  if (has(arguments, "table"))
    for (const std::string& name : arguments["table"].as<std::vector<std::string>>())
      add_table(name, "--table", files);
  if (has(arguments, "name")) add_table(text(arguments, "name"), "the table shown", files);
  if (has(arguments, "checkpoint")) {
    add_checkpoint(text(arguments, "checkpoint"), files);
    add_own_texts(files);
  }
  return files;
}

}  // namespace eyeshift
