#include "base/files/json_fields.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"
#include "models/types/accelerator_limits.h"
#include "sim/report/report_json.h"

namespace eyeshift {
namespace {

constexpr char kWhere[] = "the report's accelerator";

struct Writer {
  Json& json;
  template <typename T>
  void operator()(const char* group, const char* key, const T& value, NumberLimits = {}) const {
    json[group][key] = value;
  }
};

struct Reader {
  const Json& json;
  template <typename T>
  void operator()(const char* group, const char* key, T& value, NumberLimits limits) const {
    const std::string where = std::string(kWhere) + " " + group;
    value = field_within<T>(field(json, group, kWhere), key, where, static_cast<T>(limits.min),
                            static_cast<T>(limits.max));
    if (value % static_cast<T>(limits.step) != 0)
      throw InputError(where + ": '" + key + "' is " + std::to_string(value) + ", expected a multiple of " +
                       std::to_string(limits.step));
  }
  void operator()(const char* group, const char* key, bool& value) const {
    value = field_as<bool>(field(json, group, kWhere), key, std::string(kWhere) + " " + group);
  }
  void operator()(const char* group, const char* key, std::vector<std::string>& value) const {
    value.clear();
    for (const Json& word : list_field(field(json, group, kWhere), key, kWhere)) {
      if (!word.is_string()) throw InputError(std::string(kWhere) + ": '" + key + "' must list names");
      value.push_back(word.get<std::string>());
      if (!Registry<Unit>::instance().find(value.back(), "unit").host().empty())
        throw InputError(std::string(kWhere) + ": '" + key + "' lists '" + value.back() +
                         "', which has no parts of its own");
    }
    if (value.empty()) throw InputError(std::string(kWhere) + ": '" + key + "' is empty");
  }
};

// Every number and list of an accelerator, by the keys of its YAML file.
template <typename Config, typename Visitor>
void visit(Config& c, const Visitor& field) {
  field("clocks", "core_Hz", c.clocks.core_Hz, limits::kFrequency_Hz);
  field("clocks", "dram_Hz", c.clocks.dram_Hz, limits::kFrequency_Hz);
  field("array", "rows", c.array.rows, limits::kPes);
  field("array", "cols", c.array.cols, limits::kPes);
  field("array", "units", c.array.units);
  field("array", "fp16_lanes", c.array.fp16_lanes, limits::kLanes);
  field("spad_words", "filter", c.spad_words.filter, limits::kSpad_words);
  field("spad_words", "input", c.spad_words.input, limits::kSpad_words);
  field("spad_words", "psum", c.spad_words.psum, limits::kSpad_words);
  field("spad_words", "lut", c.spad_words.lut, limits::kTable_words);
  field("noc_bits", "filter", c.noc_bits.filter, limits::kPort_bits);
  field("noc_bits", "input", c.noc_bits.input, limits::kPort_bits);
  field("noc_bits", "psum_in", c.noc_bits.psum_in, limits::kPort_bits);
  field("noc_bits", "psum_out", c.noc_bits.psum_out, limits::kPort_bits);
  field("noc_bits", "local", c.noc_bits.local, limits::kPort_bits);
  field("glb", "bank_bytes", c.glb.bank_bytes, limits::kBank_bytes);
  field("glb", "filter_banks", c.glb.filter_banks, limits::kBanks);
  field("glb", "shared_banks", c.glb.shared_banks, limits::kBanks);
  field("glb", "port_bits", c.glb.port_bits, limits::kPort_bits);
  field("glb", "double_buffer", c.glb.double_buffer);
  field("dram", "link_bits", c.dram.link_bits, limits::kLink_bits);
  field("dram", "latency_cycles", c.dram.latency_cycles, limits::kLatency_cycles);
  field("dram", "burst_bytes", c.dram.burst_bytes, limits::kBurst_bytes);
}

// One of two words.
bool second_of(const Json& object, const char* key, const char* first, const char* second) {
  const auto word = field_as<std::string>(object, key, kWhere);
  if (word != first && word != second)
    throw InputError(std::string(kWhere) + ": '" + key + "' must be " + first + " or " + second + ", not '" +
                     word + "'");
  return word == second;
}

void refuse(const char* group, const std::optional<AcceleratorFault>& fault) {
  if (fault)
    throw InputError(std::string(kWhere) + " " + group + ": '" + fault->key + "': " + fault->expected);
}

// What no field alone can say.
void check_together(const AcceleratorConfig& accelerator) {
  const std::vector<ListedUnit> known = listed_units();
  refuse("array", array_fault(accelerator.array, known));
  refuse("spad_words", spad_fault(accelerator.spad_words, accelerator.array, known));
  refuse("glb", glb_fault(accelerator.glb));
  refuse("dram", dram_fault(accelerator.dram));
  time_base(accelerator);
}

// Throws where an object has a key, at any depth, that `expected` has not.
void refuse_unknown_keys(const Json& json, const Json& expected, const std::string& where) {
  for (const auto& [key, value] : json.items()) {
    if (!expected.contains(key)) throw InputError(where + ": unknown key '" + key + "'");
    if (value.is_object()) refuse_unknown_keys(value, expected.at(key), where + " " + key);
  }
}

}  // namespace

Json to_json(const AcceleratorConfig& accelerator) {
  Json json = {{"name", accelerator.name}};
  visit(accelerator, Writer{json});
  json["array"]["accumulator"] = accelerator.array.accumulator == Accumulator::fp16 ? "fp16" : "fp32";
  json["array"]["dequant"] = accelerator.array.dequant == DequantMode::per_group ? "per_group" : "per_weight";
  json["compression"] = accelerator.compression == AcceleratorConfig::Compression::none ? "none" : "rlc";
  return json;
}

AcceleratorConfig accelerator_from_json(const Json& json) {
  AcceleratorConfig accelerator;
  accelerator.name = field_as<std::string>(json, "name", kWhere);
  visit(accelerator, Reader{json});
  const Json& array = field(json, "array", kWhere);
  accelerator.array.accumulator =
      second_of(array, "accumulator", "fp16", "fp32") ? Accumulator::fp32 : Accumulator::fp16;
  accelerator.array.dequant = second_of(array, "dequant", "per_group", "per_weight") ? DequantMode::per_weight
                                                                                     : DequantMode::per_group;
  accelerator.compression = second_of(json, "compression", "none", "rlc")
                                ? AcceleratorConfig::Compression::rlc
                                : AcceleratorConfig::Compression::none;
  check_together(accelerator);
  refuse_unknown_keys(json, to_json(accelerator), kWhere);
  return accelerator;
}

}  // namespace eyeshift
