#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "configs/reader/errors.h"
#include "sim/json_fields.h"
#include "sim/report_json.h"

namespace eyeshift {
namespace {

Bound bound_from(const std::string& name, const std::string& where) {
  for (int i = 0; i <= static_cast<int>(Bound::psum_out_noc); ++i)
    if (name == bound_name(static_cast<Bound>(i))) return static_cast<Bound>(i);
  throw InputError(where + ": unknown 'bound_by' '" + name + "'");
}

ActionCounts actions_from(const Json& json, const std::string& where) {
  ActionCounts actions;
  if (!json.is_object()) throw InputError(where + ": 'actions' must be an object");
  for (const auto& [key, value] : json.items()) {
    const auto info = std::find_if(std::begin(kActionInfo), std::end(kActionInfo),
                                   [&name = key](const ActionInfo& i) { return i.key == name; });
    if (info == std::end(kActionInfo)) throw InputError(where + ": unknown action '" + key + "'");
    actions.n[static_cast<size_t>(info - std::begin(kActionInfo))] =
        field_as<int64_t>(json, key, where + " actions");
  }
  return actions;
}

Encoding encoding_from(const Json& json, const std::string& where) {
  Encoding e;
  e.scheme = field_as<std::string>(json, "scheme", where);
  const auto coding = field_as<std::string>(json, "coding", where);
  if (coding == "fp16")
    e.coding = Coding::fp16;
  else if (coding == "int8")
    e.coding = Coding::int8;
  else if (coding == "uniform")
    e.coding = Coding::uniform;
  else if (coding == "binary")
    e.coding = Coding::binary;
  else
    throw InputError(where + ": unknown 'coding' '" + coding + "'");
  e.bits = field_as<int>(json, "bits", where);
  e.group_rows = field_as<int64_t>(json, "group_rows", where);
  e.group_cols = field_as<int64_t>(json, "group_cols", where);
  e.scale_bits = field_as<int>(json, "scale_bits", where);
  e.power_of_two = field_as<bool>(json, "power_of_two", where);
  e.terms = field_as<int>(json, "terms", where);
  e.zero_bits = field_as<int>(json, "zero_bits", where);
  e.group_index_bits = field_as<int>(json, "group_index_bits", where);
  return e;
}

Mapping mapping_from(const Json& json, const std::string& where) {
  Mapping m;
  m.m = field_as<int64_t>(json, "m", where);
  m.n = field_as<int64_t>(json, "n", where);
  m.e = field_as<int64_t>(json, "e", where);
  m.p = field_as<int64_t>(json, "p", where);
  m.q = field_as<int64_t>(json, "q", where);
  m.r = field_as<int64_t>(json, "r", where);
  m.t = field_as<int64_t>(json, "t", where);
  return m;
}

double number_or_nan(const Json& json, const std::string& key, const std::string& where) {
  return field(json, key, where).is_null() ? std::nan("") : field_as<double>(json, key, where);
}

LayerReport layer_from(const Json& json, const std::string& place) {
  LayerReport layer;
  layer.shape.name = field_as<std::string>(json, "name", place);
  const std::string where = place + " '" + layer.shape.name + "'";
  layer.shape.K = field_as<int64_t>(json, "K", where);
  layer.shape.M = field_as<int64_t>(json, "M", where);
  layer.shape.count = field_as<int64_t>(json, "count", where);
  layer.tokens = field_as<int64_t>(json, "tokens", where);
  layer.unit = field_as<std::string>(json, "unit", where);
  layer.encoding = encoding_from(field(json, "encoding", where), where + " encoding");
  layer.bits_per_weight = field_as<double>(json, "bits_per_weight", where);
  layer.mapping = mapping_from(field(json, "mapping", where), where + " mapping");
  layer.time_s = field_as<double>(json, "time_s", where);
  LayerResult& r = layer.result;
  r.macs = field_as<int64_t>(json, "macs", where);
  r.padding_macs = field_as<int64_t>(json, "padding_macs", where);
  r.cycles = field_as<int64_t>(json, "cycles", where);
  r.ticks = field_as<int64_t>(json, "ticks", where);
  r.active_pes = field_as<int>(json, "active_pes", where);
  r.busy_pe_cycles = field_as<int64_t>(json, "busy_pe_cycles", where);
  r.evaluated_cycles = field_as<int64_t>(json, "evaluated_cycles", where);
  r.bound_by = bound_from(field_as<std::string>(json, "bound_by", where), where);
  r.actions = actions_from(field(json, "actions", where), where);
  for (const Json& pass : list_field(json, "passes", where))
    r.passes.push_back({field_as<int64_t>(pass, "first_pass", where),
                        field_as<int64_t>(pass, "passes", where),
                        field_as<int64_t>(pass, "cycles_each", where),
                        bound_from(field_as<std::string>(pass, "bound_by", where), where)});
  return layer;
}

}  // namespace

RunReport run_from_json(const Json& json) {
  const std::string where = "the report";
  RunReport run;
  run.network = field_as<std::string>(json, "network", where);
  run.scheme = field_as<std::string>(json, "scheme", where);
  run.bits = field_as<int>(json, "bits", where);
  if (!field(json, "unit", where).is_null()) run.unit = field_as<std::string>(json, "unit", where);
  run.dataflow = field_as<std::string>(json, "dataflow", where);
  run.tokens = field_as<int64_t>(json, "tokens", where);
  run.batch = field_as<int64_t>(json, "batch", where);
  run.bits_per_weight = field_as<double>(json, "bits_per_weight", where);
  if (json.contains("perplexity"))
    run.accuracy = Accuracy{number_or_nan(json, "perplexity", where), number_or_nan(json, "nll", where),
                            field_as<int64_t>(json, "evaluated_tokens", where),
                            field_as<double>(json, "quantize_s", where)};
  run.accelerator = accelerator_from_json(field(json, "accelerator", where));
  for (const Json& layer : list_field(json, "layers", where))
    run.layers.push_back(layer_from(layer, "layer"));
  const Json& simulator = field(json, "simulator", where);
  run.simulator = {field_as<double>(simulator, "wall_s", where),
                   field_as<int64_t>(simulator, "evaluated_cycles", where),
                   field_as<int64_t>(simulator, "skipped_cycles", where)};
  return run;
}

ReportFile load_report(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path))
    throw InputError("cannot read '" + path + "': no such file");
  Json json;
  try {
    json = Json::parse(file);
  } catch (const Json::exception& error) {
    throw InputError(path + ": not JSON: " + error.what());
  }
  ReportFile report;
  try {
    report.comparison = json.is_object() && json.contains("schemes");
    if (!report.comparison)
      report.runs.push_back(run_from_json(json));
    else
      for (const Json& run : list_field(json, "schemes", "the report"))
        report.runs.push_back(run_from_json(run));
  } catch (const InputError& error) {
    throw InputError(path + ": " + error.what());
  }
  if (report.runs.empty()) throw InputError(path + ": 'schemes' is empty");
  return report;
}

}  // namespace eyeshift
