#include "sim/program/input_files.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/files/data_files.h"
#include "energy_tables/table.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

void add_table(const std::string& name, const std::string& reader, std::vector<InputPath>& files) {
  for (const std::string& file : load_table(name).files) files.push_back({file, reader});
}

void add_checkpoint(const fs::path& folder, std::vector<InputPath>& files) {
  const std::string reader = "--checkpoint";
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

}  // namespace

std::vector<InputPath> input_files(const Arguments& arguments) {
  std::vector<InputPath> files;
  for (const std::string option :
       {"trace", "text", "calibration", "weights", "activations", "test-activations", "mapping", "result"})
    if (has(arguments, option)) files.push_back({text(arguments, option), "--" + option});
  for (const std::string kind : {"accelerator", "network"})
    if (has(arguments, kind))
      files.push_back({find_data_file(text(arguments, kind), "configs/" + kind + "s", kind), "--" + kind});
  if (has(arguments, "table"))
    for (const std::string& name : arguments["table"].as<std::vector<std::string>>())
      add_table(name, "--table", files);
  if (has(arguments, "name")) add_table(text(arguments, "name"), "the table shown", files);
  if (has(arguments, "checkpoint")) {
    add_checkpoint(text(arguments, "checkpoint"), files);
    for (const char* name : {"calibration.txt", "evaluation.txt"})
      files.push_back({find_data_file(name, "traces/text", "text"), "a default text"});
  }
  return files;
}

}  // namespace eyeshift
