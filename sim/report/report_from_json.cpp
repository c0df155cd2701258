#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <type_traits>

#include "base/errors.h"
#include "base/files/json_fields.h"
#include "models/pe/unit.h"
#include "sim/report/report_json.h"
#include "sim/workload/rotation_layers.h"

namespace eyeshift {
namespace {

// Up to here a JSON number is exact for every reader; a network's sums stay below, too.
constexpr int64_t kMostCounts = int64_t{1} << 53;
constexpr int64_t kMostWeights = int64_t{1} << 40;
constexpr int64_t kMostPixels = int64_t{1} << 20;  // and channels
constexpr int64_t kMostTokens = int64_t{1} << 20;
constexpr int64_t kMostContext = int64_t{1} << 20;
constexpr double kMostSeconds = 1e12;
constexpr double kTolerance = 1e-9;  // of numbers that follow from others

int64_t count_field(const Json& json, const std::string& key, const std::string& where, int64_t min = 0) {
  return field_within<int64_t>(json, key, where, min, kMostCounts);
}

double seconds_field(const Json& json, const std::string& key, const std::string& where) {
  return field_within<double>(json, key, where, 0, kMostSeconds);
}

// Throws where a number that follows from others is another one.
template <typename T>
void check_follows(const std::string& where, const std::string& key, T found, T expected,
                   const std::string& from) {
  if (std::abs(static_cast<double>(found - expected)) <= kTolerance * static_cast<double>(expected)) return;
  throw InputError(where + ": '" + key + "' is " + Json(found).dump() + ", but " + from + " makes " +
                   Json(expected).dump());
}

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
        count_field(json, key, where + " actions");
  }
  return actions;
}

Encoding encoding_from(const Json& json, const std::string& where) {
  Encoding e;
  e.scheme = field_as<std::string>(json, "scheme", where);
  const auto name = field_as<std::string>(json, "coding", where);
  const auto coding = coding_from_name(name);
  if (!coding) throw InputError(where + ": unknown 'coding' '" + name + "'");
  e.coding = *coding;
  const auto within = [&](const char* key, int most) { return field_within<int>(json, key, where, 0, most); };
  e.bits = field_within<int>(json, "bits", where, e.coding == Coding::none ? 0 : 1, 16);
  e.group_rows = field_within<int64_t>(json, "group_rows", where, 1, kMostWeights);
  e.group_cols = field_within<int64_t>(json, "group_cols", where, 1, kMostWeights);
  e.scale_bits = within("scale_bits", 128);
  e.power_of_two = field_as<bool>(json, "power_of_two", where);
  e.terms = within("terms", 16);
  e.zero_bits = within("zero_bits", 16);
  e.group_index_bits = within("group_index_bits", 16);
  return e;
}

Mapping mapping_from(const Json& json, const std::string& where) {
  const auto size = [&](const char* key) { return field_within<int64_t>(json, key, where, 1, kMostWeights); };
  Mapping m;
  m.m = size("m");
  m.n = size("n");
  m.e = size("e");
  m.p = size("p");
  m.q = size("q");
  m.r = size("r");
  m.t = size("t");
  return m;
}

// A perplexity or its logarithm, null where it is not finite.
double number_or_nan(const Json& json, const std::string& key, const std::string& where) {
  return field(json, key, where).is_null() ? std::nan("") : field_as<double>(json, key, where);
}

LayerKind kind_from(const Json& json, const std::string& where) {
  const auto name = field_as<std::string>(json, "kind", where);
  for (const LayerKind kind : kLayerKinds)
    if (name == name_of(kind)) return kind;
  throw InputError(where + ": unknown 'kind' '" + name + "'");
}

std::optional<Convolution> convolution_from(const Json& json, const std::string& where) {
  if (json.is_null()) return std::nullopt;
  const auto size = [&](const char* key, int64_t min) {
    return field_within<int64_t>(json, key, where, min, kMostPixels);
  };
  Convolution conv;
  conv.C = size("C", 1);
  conv.H = size("H", 1);
  conv.R = size("R", 1);
  conv.stride = size("stride", 1);
  conv.pad = size("pad", 0);
  conv.groups = size("groups", 1);
  if (conv.R > conv.H + 2 * conv.pad) throw InputError(where + ": 'R' is more than H + 2 pad");
  return conv;
}

LayerShape shape_from(const Json& json, const std::string& where) {
  LayerShape shape;
  shape.name = field_as<std::string>(json, "name", where);
  shape.K = field_within<int64_t>(json, "K", where, 1, kMostWeights);
  shape.M = field_within<int64_t>(json, "M", where, 1, kMostWeights / shape.K);
  shape.count = field_within<int64_t>(json, "count", where, 1, kMostCounts / (shape.K * shape.M));
  const std::string layer = "layer '" + shape.name + "' conv";
  shape.conv = convolution_from(field(json, "conv", where), layer);
  if (shape.conv)
    check_follows(layer, "K", shape.K, shape.conv->C / shape.conv->groups * shape.conv->R * shape.conv->R,
                  "C / groups x R x R");
  return shape;
}

std::string unit_from(const Json& json, const std::string& where, const AcceleratorConfig& accelerator) {
  const auto unit = field_as<std::string>(json, "unit", where);
  const std::string_view host = Registry<Unit>::instance().find(unit, "unit").host();
  const auto& units = accelerator.array.units;
  if (std::find(units.begin(), units.end(), host.empty() ? unit : host) == units.end())
    throw InputError(where + ": 'unit' is '" + unit + "', which the accelerator does not have");
  return unit;
}

// How long each PE of the array was busy, row by row, `total` cycles together.
std::vector<int64_t> pe_busy_cycles_from(const Json& json, const std::string& where,
                                         const AcceleratorConfig::Array& array, int64_t total) {
  const std::string key = "pe_busy_cycles";
  std::vector<int64_t> cycles;
  int64_t left = total;
  for (const Json& row : list_field(json, key, where)) {
    if (!row.is_array() || row.size() != static_cast<size_t>(array.cols))
      throw InputError(where + ": '" + key + "' must have rows of " + std::to_string(array.cols) + " PEs");
    for (const Json& pe : row) {
      cycles.push_back(count_field({{key, pe}}, key, where));
      left = cycles.back() > left ? -1 : left - cycles.back();
    }
  }
  if (cycles.size() != static_cast<size_t>(array.rows * array.cols))
    throw InputError(where + ": '" + key + "' must have " + std::to_string(array.rows) + " rows of PEs");
  if (left != 0)
    throw InputError(where + ": '" + key + "' do not add up to 'busy_pe_cycles', " + std::to_string(total));
  return cycles;
}

PassRunResult pass_run_from(const Json& json, const std::string& where) {
  struct PassRunReader {
    const Json& json;
    const std::string& where;
    void operator()(const char* key, int64_t& value) const { value = count_field(json, key, where); }
    void operator()(const char* key, Bound& bound) const {
      bound = bound_from(field_as<std::string>(json, key, where), where);
    }
  };
  PassRunResult run;
  PassRunResult::visit(run, PassRunReader{json, where});
  count_field(json, "passes", where, 1);
  return run;
}

// Reads a layer's result, but for the simulator's own time, which no report has.
struct LayerResultReader {
  const Json& json;
  const std::string& where;
  const AcceleratorConfig::Array& array;

  void operator()(const char* key, int64_t& value) const { value = count_field(json, key, where); }
  void operator()(const char* key, int& pes) const {
    pes = field_within<int>(json, key, where, 1, array.rows * array.cols);
  }
  void operator()(const char* key, Bound& bound) const {
    bound = bound_from(field_as<std::string>(json, key, where), where);
  }
  void operator()(const char* key, std::vector<int64_t>& of_pes) const {
    if (json.contains(key))
      of_pes = pe_busy_cycles_from(json, where, array, count_field(json, "busy_pe_cycles", where));
  }
  void operator()(const char* key, ActionCounts& actions) const {
    actions = actions_from(field(json, key, where), where);
  }
  void operator()(const char* key, std::vector<PassRunResult>& passes) const {
    for (const Json& run : list_field(json, key, where)) passes.push_back(pass_run_from(run, where));
  }
  void operator()(const char*, double&) const {}
};

LayerResult result_from(const Json& json, const std::string& where, const AcceleratorConfig::Array& array) {
  for (const char* key : {"cycles", "ticks"}) count_field(json, key, where, 1);
  LayerResult r;
  LayerResult::visit(r, LayerResultReader{json, where, array});
  field_within<int64_t>(json, "gated_macs", where, 0, r.macs + r.padding_macs);
  return r;
}

// Of a part of a layer before that takes its inputs rotated: the vectors that it multiplies a token.
std::optional<int64_t> rotated_vectors(const LayerShape& shape, const RunReport& run) {
  for (const LayerReport& layer : run.layers)
    if (const auto vectors = vectors_of_part(shape, layer.shape)) return vectors;
  return std::nullopt;
}

LayerReport layer_from(const Json& json, const std::string& place, const RunReport& run) {
  LayerReport layer;
  layer.shape = shape_from(json, place);
  const std::string where = "layer '" + layer.shape.name + "'";
  layer.kind = kind_from(json, where);
  layer.tokens = count_field(json, "tokens", where, 1);
  const bool of_context = layer.kind == LayerKind::attention || layer.kind == LayerKind::vector;
  const std::optional<int64_t> vectors = rotated_vectors(layer.shape, run);
  if (of_context && run.context == 0 && !vectors)
    throw InputError(where + ": its 'kind' is " + std::string(name_of(layer.kind)) +
                     ", but 'context' is null");
  if (layer.kind == LayerKind::convolution)
    check_follows(where, "tokens", layer.tokens, run.batch, "'batch'");
  else if (!of_context)
    check_follows(where, "tokens", layer.tokens, vectors.value_or(1) * run.tokens * run.batch,
                  vectors ? "tokens x batch x the rotation's vectors a token" : "tokens x batch");
  if (layer.shape.conv.has_value() != (layer.kind == LayerKind::convolution))
    throw InputError(where + ": its 'kind' is " + std::string(name_of(layer.kind)) +
                     ", which does not go with its 'conv'");
  layer.unit = unit_from(json, where, run.accelerator);
  layer.encoding = encoding_from(field(json, "encoding", where), where + " encoding");
  if ((layer.kind == LayerKind::vector) != (layer.encoding.coding == Coding::none))
    throw InputError(where + ": coding '" + std::string(name_of(layer.encoding.coding)) +
                     "' does not go with 'kind' " + std::string(name_of(layer.kind)));
  layer.bits_per_weight = field_as<double>(json, "bits_per_weight", where);
  check_follows(where, "bits_per_weight", layer.bits_per_weight, bits_per_weight(layer.shape, layer.encoding),
                "the encoding");
  layer.mapping = mapping_from(field(json, "mapping", where), where + " mapping");
  layer.time_s = seconds_field(json, "time_s", where);
  layer.result = result_from(json, where, run.accelerator.array);
  if (layer.shape.positions() > kMostCounts / layer.tokens / (layer.shape.K * layer.shape.M))
    throw InputError(where + ": its 'K', 'M', 'tokens' and output pixels make more than 2^53 'macs'");
  if (layer.kind == LayerKind::vector)
    check_follows(where, "macs", layer.result.macs, int64_t{0}, "elementwise work");
  else
    check_follows(where, "macs", layer.result.macs,
                  layer.shape.K * layer.shape.M * layer.shape.positions() * layer.tokens,
                  "K x M x output pixels x tokens");
  check_follows(
      where, "time_s", layer.time_s,
      static_cast<double>(layer.result.ticks) / static_cast<double>(time_base(run.accelerator).ticks_Hz),
      "'ticks' at the accelerator's clocks");
  return layer;
}

// Throws where one of the network's sums is more than kMostCounts.
void check_sums(const RunReport& run) {
  std::map<std::string, int64_t> sum_of;
  const auto add = [&](const LayerShape& shape, const std::string& key, int64_t counts) {
    int64_t& sum = sum_of[key];
    if (counts > (kMostCounts - sum) / shape.count)
      throw InputError("layer '" + shape.name + "': '" + key + "' is " + std::to_string(counts) +
                       ": with it the network has more than 2^53");
    sum += counts * shape.count;
  };
  for (const LayerReport& layer : run.layers) {
    LayerResult::visit(layer.result, [&](const char* key, const auto& value) {
      if constexpr (std::is_same_v<decltype(value), const int64_t&>) add(layer.shape, key, value);
    });
    for (size_t i = 0; i < kActionCount; ++i)
      add(layer.shape, "actions " + std::string(kActionInfo[i].key), layer.result.actions.n[i]);
  }
}

Accuracy accuracy_from(const Json& json, const std::string& where) {
  const auto number = [&](const char* key, double min) {
    const double value = number_or_nan(json, key, where);
    if (value < min) throw InputError(where + ": '" + key + "' is negative or too small");
    return value;
  };
  Accuracy accuracy = {number("perplexity", 1), number("nll", 0),
                       count_field(json, "evaluated_tokens", where),
                       seconds_field(json, "quantize_s", where)};
  if (json.contains("unit_perplexity")) {
    accuracy.unit_perplexity = number("unit_perplexity", 1);
    accuracy.unit_nll = number("unit_nll", 0);
  }
  return accuracy;
}

std::vector<std::string> names_from(const Json& json, const char* key, const std::string& where) {
  std::vector<std::string> names;
  for (const Json& name : list_field(json, key, where)) {
    if (!name.is_string()) throw InputError(where + ": '" + key + "' must list names");
    names.push_back(name.get<std::string>());
  }
  return names;
}

}  // namespace

RunReport run_from_json(const Json& json) {
  const std::string where = "the report";
  RunReport run;
  run.network = field_as<std::string>(json, "network", where);
  run.scheme = field_as<std::string>(json, "scheme", where);
  run.bits = field_within<int>(json, "bits", where, 1, 16);
  run.dataflow = field_as<std::string>(json, "dataflow", where);
  run.tokens = field_within<int64_t>(json, "tokens", where, 1, kMostTokens);
  run.batch = field_within<int64_t>(json, "batch", where, 1, kMostTokens / run.tokens);
  if (!field(json, "context", where).is_null())
    run.context = field_within<int64_t>(json, "context", where, run.tokens, kMostContext);
  run.bits_per_weight = field_within<double>(json, "bits_per_weight", where, 0, 1e6);
  if (json.contains("perplexity")) run.accuracy = accuracy_from(json, where);
  run.accelerator = accelerator_from_json(field(json, "accelerator", where));
  if (!field(json, "unit", where).is_null()) run.unit = unit_from(json, where, run.accelerator);
  const Json& layers = list_field(json, "layers", where);
  if (layers.empty()) throw InputError(where + ": 'layers' is empty");
  for (const Json& layer : layers)
    run.layers.push_back(layer_from(layer, "layers[" + std::to_string(run.layers.size()) + "]", run));
  if (json.contains("left_out_layers")) run.left_out = names_from(json, "left_out_layers", where);
  check_sums(run);
  const Json& simulator = field(json, "simulator", where);
  run.simulator = {seconds_field(simulator, "wall_s", where),
                   count_field(simulator, "evaluated_cycles", where),
                   count_field(simulator, "skipped_cycles", where)};
  return run;
}

}  // namespace eyeshift
