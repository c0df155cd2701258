#include "sim/report/report_json.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "base/instruction_set.h"

namespace eyeshift {
namespace {

Json to_json(const ActionCounts& actions) {
  Json json = Json::object();
  for (size_t i = 0; i < kActionCount; ++i)
    if (actions.n[i] != 0) json[std::string(kActionInfo[i].key)] = actions.n[i];
  return json;
}

Json to_json(const Energy::ByOperand& by) {
  return {{"weights", by.weights}, {"inputs", by.inputs}, {"psums", by.psums}, {"scales", by.scales}};
}

Json to_json(const Encoding& e) {
  return {{"scheme", e.scheme},
          {"coding", name_of(e.coding)},
          {"bits", e.bits},
          {"group_rows", e.group_rows},
          {"group_cols", e.group_cols},
          {"scale_bits", e.scale_bits},
          {"power_of_two", e.power_of_two},
          {"terms", e.terms},
          {"zero_bits", e.zero_bits},
          {"group_index_bits", e.group_index_bits}};
}

Json to_json(const Mapping& m) {
  return {{"m", m.m}, {"n", m.n}, {"e", m.e}, {"p", m.p}, {"q", m.q}, {"r", m.r}, {"t", m.t}};
}

Json to_json(const std::optional<Convolution>& conv) {
  if (!conv) return nullptr;
  return {{"C", conv->C},           {"H", conv->H},     {"R", conv->R},
          {"stride", conv->stride}, {"pad", conv->pad}, {"groups", conv->groups}};
}

// The keys that a layer and a run share.
void add_movement(Json& json, const ActionCounts& actions, int port_bits) {
  const GlbBytes glb = glb_bytes(actions, port_bits);
  json["glb_bytes"] = {{"array_side", glb.array_side}, {"dram_side", glb.dram_side}};
  json["dram_bytes"] = {{"weights", actions[Action::dram_read_weights]},
                        {"inputs", actions[Action::dram_read_inputs]},
                        {"outputs", actions[Action::dram_write_outputs]},
                        {"scales", actions[Action::dram_read_scales]}};
}

Json to_json(const PassRunResult& run) {
  struct PassRunWriter {
    Json& json;
    void operator()(const char* key, int64_t value) const { json[key] = value; }
    void operator()(const char* key, Bound bound) const { json[key] = bound_name(bound); }
  };
  Json json = Json::object();
  PassRunResult::visit(run, PassRunWriter{json});
  return json;
}

// A row of numbers for every row of the array, from the bottom.
Json rows_json(const std::vector<int64_t>& of_pes, int cols) {
  Json rows = Json::array();
  for (size_t i = 0; i < of_pes.size(); ++i) {
    if (i % static_cast<size_t>(cols) == 0) rows.push_back(Json::array());
    rows.back().push_back(of_pes[i]);
  }
  return rows;
}

// Writes a layer's result. What follows from a number stands beside it.
struct LayerResultWriter {
  Json& json;
  const LayerReport& layer;
  const AcceleratorConfig& accelerator;

  void operator()(const char* key, int64_t value) const {
    json[key] = value;
    if (std::string_view(key) == "ticks") json["time_s"] = layer.time_s;
  }
  void operator()(const char* key, int value) const { json[key] = value; }
  void operator()(const char* key, Bound bound) const { json[key] = bound_name(bound); }
  void operator()(const char* key, const std::vector<int64_t>& of_pes) const {
    if (!of_pes.empty()) json[key] = rows_json(of_pes, accelerator.array.cols);
  }
  void operator()(const char* key, const ActionCounts& actions) const {
    add_movement(json, actions, accelerator.glb.port_bits);
    json["energy_pJ"] = to_json(layer.energy);
    json["chip_power_mW"] = chip_power_mW(layer.energy, layer.time_s);
    json[key] = to_json(actions);
  }
  void operator()(const char* key, const std::vector<PassRunResult>& passes) const {
    json[key] = Json::array();
    for (const PassRunResult& run : passes) json[key].push_back(to_json(run));
  }
  void operator()(const char*, double) const {}  // the simulator's own time is no result of the machine
};

Json to_json(const LayerReport& layer, const AcceleratorConfig& accelerator) {
  Json json = {{"name", layer.shape.name},
               {"kind", name_of(layer.kind)},
               {"K", layer.shape.K},
               {"M", layer.shape.M},
               {"conv", to_json(layer.shape.conv)},
               {"count", layer.shape.count},
               {"tokens", layer.tokens},
               {"unit", layer.unit},
               {"encoding", to_json(layer.encoding)},
               {"bits_per_weight", layer.bits_per_weight},
               {"mapping", to_json(layer.mapping)}};
  LayerResult::visit(layer.result, LayerResultWriter{json, layer, accelerator});
  return json;
}

// The sums of every kind of layers.
Json sums_json(const RunReport& run) {
  Json json = Json::object();
  for (const LayerKind kind : kinds_of(run)) {
    const RunSums total = sums(run, kind);
    Json& of_kind = json[std::string(name_of(kind))];
    of_kind = {{"macs", total.macs},
               {"padding_macs", total.padding_macs},
               {"cycles", total.cycles},
               {"time_s", total.time_s}};
    add_movement(of_kind, total.actions, run.accelerator.glb.port_bits);
    of_kind["energy_pJ"] = to_json(total.energy);
  }
  return json;
}

Json to_json(const TableUse& use) {
  Json extended = Json::array();
  for (const ExtendedTable& table : use.extended)
    extended.push_back({{"name", table.name}, {"sha256", table.sha256}});
  return {{"name", use.name},
          {"sha256", use.sha256},
          {"extends", extended},
          {"prices", use.prices},
          {"not_priced", use.not_priced},
          {"leakage_mW", use.leakage_mW},
          {"energy_pJ", to_json(use.energy)},
          {"area_um2", to_json(use.area)}};
}

}  // namespace

Json to_json(const Area& area) {
  return {{"pe", area.pe_um2},   {"array", area.array_um2},         {"glb", area.glb_um2},
          {"noc", area.noc_um2}, {"noc_counted", area.noc_counted}, {"total", area.total_um2}};
}

Json to_json(const Energy& energy) {
  const Energy::Compute& c = energy.compute;
  const Energy::DataMovement& d = energy.data_movement;
  return {{"compute",
           {{"multiply", c.multiply},
            {"add", c.add},
            {"shift", c.shift},
            {"lut_query", c.lut_query},
            {"lut_build", c.lut_build},
            {"dequantize", c.dequantize}}},
          {"data_movement",
           {{"dram", to_json(d.dram)},
            {"glb", to_json(d.glb)},
            {"noc", to_json(d.noc)},
            {"spad", to_json(d.spad)}}},
          {"clock_control", energy.clock_control},
          {"static", energy.static_leakage},
          {"total", energy.total}};
}

Json to_json(const RunReport& run) {
  if (run.tables.empty()) throw InternalError("a report without a table");
  const RunSums total = sums(run);
  const int64_t pes = int64_t{1} * run.accelerator.array.rows * run.accelerator.array.cols;
  Json json = {{"network", run.network},   {"scheme", run.scheme},
               {"bits", run.bits},         {"unit", run.unit.empty() ? Json(nullptr) : Json(run.unit)},
               {"dataflow", run.dataflow}, {"tokens", run.tokens},
               {"batch", run.batch},       {"bits_per_weight", run.bits_per_weight}};
  json["context"] = run.context > 0 ? Json(run.context) : Json(nullptr);
  if (run.accuracy) {
    json["perplexity"] = finite_or_null(run.accuracy->perplexity);
    json["nll"] = finite_or_null(run.accuracy->nll);
    if (run.accuracy->unit_perplexity) {
      json["unit_perplexity"] = finite_or_null(*run.accuracy->unit_perplexity);
      json["unit_nll"] = finite_or_null(run.accuracy->unit_nll.value());
    }
    json["evaluated_tokens"] = run.accuracy->tokens;
    json["quantize_s"] = run.accuracy->quantize_s;
  }
  if (!run.left_out.empty()) json["left_out_layers"] = run.left_out;
  json["macs"] = total.macs;
  json["padding_macs"] = total.padding_macs;
  json["gated_macs"] = total.gated_macs;
  json["cycles"] = total.cycles;
  json["time_s"] = total.time_s;
  json["pe_utilization"] =
      total.cycles > 0 ? static_cast<double>(total.busy_pe_cycles) / static_cast<double>(total.cycles * pes)
                       : 0.0;
  add_movement(json, total.actions, run.accelerator.glb.port_bits);
  if (run.context > 0) {
    const KvCacheBytes cache = kv_cache_bytes(run);
    json["kv_cache_bytes"] = {{"read", cache.read}, {"written", cache.written}};
  }
  json["sums"] = sums_json(run);
  json["energy_pJ"] = to_json(run.tables.front().energy);
  json["chip_power_mW"] = chip_power_mW(run.tables.front().energy, total.time_s);
  json["area_um2"] = to_json(run.tables.front().area);
  json["actions"] = to_json(total.actions);
  json["layers"] = Json::array();
  for (const LayerReport& layer : run.layers) json["layers"].push_back(to_json(layer, run.accelerator));
  json["tables"] = Json::array();
  for (const TableUse& use : run.tables) json["tables"].push_back(to_json(use));
  json["accelerator"] = to_json(run.accelerator);
  if (const std::vector<std::string> assumed = assumptions(run); !assumed.empty())
    json["assumptions"] = assumed;
  json["simulator"] = {{"version", EYESHIFT_VERSION},
                       {"instruction_set", instruction_set()},
                       {"wall_s", run.simulator.wall_s},
                       {"evaluated_cycles", run.simulator.evaluated_cycles},
                       {"skipped_cycles", run.simulator.skipped_cycles}};
  return json;
}

Json comparison_json(const std::vector<RunReport>& runs) {
  Json tokens = Json::array();
  Json schemes = Json::array();
  for (const RunReport& run : runs) {
    if (std::find(tokens.begin(), tokens.end(), run.tokens) == tokens.end()) tokens.push_back(run.tokens);
    schemes.push_back(to_json(run));
  }
  const int64_t context = runs.front().context;
  return {{"network", runs.front().network},
          {"tokens", tokens},
          {"context", context > 0 ? Json(context) : Json(nullptr)},
          {"schemes", schemes}};
}

std::string dump(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace eyeshift
