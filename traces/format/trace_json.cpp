#include "traces/format/trace_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/nearest.h"

namespace eyeshift {
namespace {

using nlohmann::json;

std::string scale_type(const Encoding& encoding) {
  if (encoding.power_of_two) return "power_of_two";
  return encoding.scale_bits == 16 ? "f16" : encoding.scale_bits == 32 ? "f32" : "none";
}

// JSON has no NaN: what was not measured is null.
nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json json_from_layer(const Layer& layer) {
  const Encoding& e = layer.encoding;
  nlohmann::ordered_json object = {{"name", layer.shape.name},
                                   {"K", layer.shape.K},
                                   {"M", layer.shape.M},
                                   {"count", layer.shape.count},
                                   {"scheme", e.scheme},
                                   {"coding", name_of(e.coding)},
                                   {"bits", e.bits},
                                   {"group_rows", e.group_rows},
                                   {"group_cols", e.group_cols},
                                   {"scale_type", scale_type(e)},
                                   {"terms", e.terms},
                                   {"zero_bits", e.zero_bits},
                                   {"group_index_bits", e.group_index_bits},
                                   {"bits_per_weight", bits_per_weight(layer.shape, e)},
                                   {"x_tokens", layer.tokens},
                                   {"rel_out", number_or_null(layer.rel_out)},
                                   {"rel_out_test", number_or_null(layer.rel_out_test)},
                                   {"w_err", number_or_null(layer.w_err)}};
  if (e.centred) object["centred"] = true;
  if (e.inputs != InputForm::plain) object["inputs"] = e.inputs == InputForm::scaled ? "scaled" : "rotated";
  return object;
}

// Typed access to the members of an object, with errors that say where. Members that were not asked for are
// errors of done().
class Members {
 public:
  Members(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) fail("must be an object");
  }

  [[noreturn]] void fail(const std::string& message) const { throw InputError(where_ + ": " + message); }

  const json& at(const std::string& key) {
    asked_.push_back(key);
    const auto member = object_.find(key);
    if (member == object_.end()) fail("the key '" + key + "' is missing");
    return *member;
  }

  std::string text(const std::string& key) {
    const json& value = at(key);
    if (!value.is_string()) fail("'" + key + "' must be a string, not " + value.dump());
    return value.get<std::string>();
  }

  // Whether there is a member that may be left out.
  bool has(const std::string& key) {
    asked_.push_back(key);
    return object_.contains(key);
  }

  int64_t integer(const std::string& key, int64_t least, int64_t most) {
    const json& value = at(key);
    const bool fits = value.is_number_unsigned() && value.get<uint64_t>() <= static_cast<uint64_t>(most) &&
                      value.get<int64_t>() >= least;
    if (!fits)
      fail("'" + key + "' must be an integer from " + std::to_string(least) + " to " + std::to_string(most) +
           ", not " + value.dump());
    return value.get<int64_t>();
  }

  double number_or_nan(const std::string& key) {
    const json& value = at(key);
    if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!value.is_number()) fail("'" + key + "' must be a number or null, not " + value.dump());
    return value.get<double>();
  }

  void done() const {
    for (const auto& [key, unused] : object_.items()) {
      if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
      const std::string nearest = nearest_name(key, asked_);
      fail("unknown key '" + key + "'" + (nearest.empty() ? "" : ": did you mean '" + nearest + "'?"));
    }
  }

 private:
  const json& object_;
  std::string where_;
  std::vector<std::string> asked_;
};

// No extent of a layer is larger, so that products of extents stay within 64 bits.
constexpr int64_t kLargestExtent = int64_t{1} << 24;

Coding coding_of(Members& members) {
  const std::string name = members.text("coding");
  if (const auto coding = coding_from_name(name); coding && *coding != Coding::none) return *coding;
  members.fail("unknown coding '" + name + "': known are " + join_names(coding_names()));
}

void read_scale_type(Members& members, Encoding& encoding) {
  const std::string type = members.text("scale_type");
  const bool wants_none = encoding.coding == Coding::fp16;
  const bool takes_powers = encoding.coding == Coding::binary || encoding.coding == Coding::uniform;
  const bool is_power_of_two = type == "power_of_two";
  const bool allowed =
      wants_none ? type == "none" : type == "f16" || type == "f32" || (is_power_of_two && takes_powers);
  if (!allowed) members.fail("scale_type '" + type + "' does not go with its coding");
  encoding.power_of_two = is_power_of_two;
  encoding.scale_bits = wants_none ? 0 : encoding.power_of_two ? 8 : type == "f16" ? 16 : 32;
  const int most_terms = !encoding.power_of_two ? 0 : encoding.coding == Coding::binary ? 8 : 1;
  encoding.terms = static_cast<int>(members.integer("terms", encoding.power_of_two ? 1 : 0, most_terms));
}

// Group layouts that no scheme has: a unit would take them for others.
void check_groups(const Members& members, const Encoding& encoding, const LayerShape& shape) {
  if (encoding.coding == Coding::int8 && (encoding.group_rows != 1 || encoding.group_cols != shape.K))
    members.fail("coding int8 has a scale a row: 'group_rows' must be 1 and 'group_cols' K = " +
                 std::to_string(shape.K) + ", not " + std::to_string(encoding.group_rows) + " and " +
                 std::to_string(encoding.group_cols));
  if (encoding.coding == Coding::int16 && (encoding.group_rows != shape.M || encoding.group_cols != shape.K))
    members.fail("coding int16 has one scale: 'group_rows' must be M = " + std::to_string(shape.M) +
                 " and 'group_cols' K = " + std::to_string(shape.K) + ", not " +
                 std::to_string(encoding.group_rows) + " and " + std::to_string(encoding.group_cols));
  if (encoding.coding == Coding::binary && encoding.power_of_two && encoding.group_cols != 1 &&
      encoding.group_cols != 8)
    members.fail("power-of-two scales cover a column or blocks of 8: 'group_cols' must be 1 or 8, not " +
                 std::to_string(encoding.group_cols));
}

int read_bits(Members& members, Coding coding) {
  const bool is_fixed = coding == Coding::fp16 || coding == Coding::int8 || coding == Coding::int16;
  const int most = coding == Coding::fp16 || coding == Coding::int16 ? 16 : 8;
  return static_cast<int>(members.integer("bits", is_fixed ? most : 1, most));
}

Encoding encoding_of(Members& members, const LayerShape& shape) {
  Encoding encoding;
  encoding.scheme = members.text("scheme");
  encoding.coding = coding_of(members);
  const bool is_uniform = encoding.coding == Coding::uniform;
  encoding.bits = read_bits(members, encoding.coding);
  encoding.group_rows = members.integer("group_rows", 1, kLargestExtent);
  encoding.group_cols = members.integer("group_cols", 1, kLargestExtent);
  read_scale_type(members, encoding);
  check_groups(members, encoding, shape);
  encoding.zero_bits = static_cast<int>(members.integer("zero_bits", 0, is_uniform ? 8 : 0));
  if (encoding.zero_bits != 0 && encoding.zero_bits != encoding.bits)
    members.fail("'zero_bits' must be 0 or the codes' " + std::to_string(encoding.bits) + " bits, not " +
                 std::to_string(encoding.zero_bits) + ": write the trace anew with `eyeshift quantize`");
  encoding.group_index_bits = static_cast<int>(members.integer("group_index_bits", 0, is_uniform ? 16 : 0));
  return encoding;
}

void read_input_form(Members& members, Encoding& encoding) {
  if (members.has("centred")) {
    encoding.centred = members.at("centred") == true;
    if (!encoding.centred || encoding.coding != Coding::uniform || encoding.zero_bits != 0)
      members.fail("'centred' is of coding uniform without zero points, and true where it is given");
  }
  if (!members.has("inputs")) return;
  const std::string form = members.text("inputs");
  if (form != "scaled" && form != "rotated")
    members.fail("'inputs' must be \"scaled\" or \"rotated\" where it is given, not \"" + form + "\"");
  encoding.inputs = form == "scaled" ? InputForm::scaled : InputForm::rotated;
}

Layer layer_from_json(const json& object, const std::string& where) {
  const std::string name = Members(object, where).text("name");
  Members members(object, where + " ('" + name + "')");
  Layer layer;
  layer.shape.name = members.text("name");
  if (name.empty()) members.fail("'name' is empty: a layer's tensors are found by its name");
  layer.shape.K = members.integer("K", 1, kLargestExtent);
  layer.shape.M = members.integer("M", 1, kLargestExtent);
  layer.shape.count = members.integer("count", 1, kLargestExtent);
  layer.encoding = encoding_of(members, layer.shape);
  read_input_form(members, layer.encoding);
  layer.tokens = members.integer("x_tokens", 0, kLargestExtent);
  members.number_or_nan("bits_per_weight");  // for other readers; here the encoding says it
  layer.rel_out = members.number_or_nan("rel_out");
  layer.rel_out_test = members.number_or_nan("rel_out_test");
  layer.w_err = members.number_or_nan("w_err");
  members.done();
  return layer;
}

}  // namespace

nlohmann::ordered_json json_from_trace(const Trace& trace) {
  auto layers = nlohmann::ordered_json::array();
  for (const Layer& layer : trace.layers) layers.push_back(json_from_layer(layer));
  return {{"format_version", kTraceFormatVersion},
          {"network", trace.network},
          {"scheme", trace.scheme},
          {"bits", trace.bits},
          {"calibration", trace.calibration},
          {"layers", std::move(layers)}};
}

Trace trace_from_json(const json& object, const std::string& where) {
  Members members(object, where);
  const auto& version = members.at("format_version");
  if (version != kTraceFormatVersion)
    members.fail("format version " + version.dump() + ", this program reads version " +
                 std::to_string(kTraceFormatVersion) + ": write the trace anew with `eyeshift quantize`");
  Trace trace;
  trace.network = members.text("network");
  trace.scheme = members.text("scheme");
  trace.bits = static_cast<int>(members.integer("bits", 1, 32));
  trace.calibration = members.text("calibration");
  const auto& layers = members.at("layers");
  if (!layers.is_array() || layers.empty()) members.fail("'layers' must be an array that is not empty");
  std::set<std::string> names;
  for (size_t i = 0; i < layers.size(); ++i) {
    trace.layers.push_back(layer_from_json(layers[i], where + ": layer " + std::to_string(i)));
    const std::string& name = trace.layers.back().shape.name;
    if (!names.insert(name).second) members.fail("layer '" + name + "' occurs twice");
  }
  members.done();
  return trace;
}

}  // namespace eyeshift
