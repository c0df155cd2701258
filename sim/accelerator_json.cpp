#include "sim/json_fields.h"
#include "sim/report_json.h"

namespace eyeshift {
namespace {

constexpr char kWhere[] = "the report's accelerator";

struct Writer {
  Json& json;
  template <typename T>
  void operator()(const char* group, const char* key, const T& value) const {
    json[group][key] = value;
  }
};

struct Reader {
  const Json& json;
  template <typename T>
  void operator()(const char* group, const char* key, T& value) const {
    value = field_as<T>(field(json, group, kWhere), key, std::string(kWhere) + " " + group);
  }
  void operator()(const char* group, const char* key, std::vector<std::string>& value) const {
    value.clear();
    for (const Json& word : list_field(field(json, group, kWhere), key, kWhere)) {
      if (!word.is_string()) throw InputError(std::string(kWhere) + ": '" + key + "' must list names");
      value.push_back(word.get<std::string>());
    }
  }
};

// Every number and list of an accelerator, by the keys of its YAML file.
template <typename Config, typename Visitor>
void visit(Config& c, const Visitor& field) {
  field("clocks", "core_Hz", c.clocks.core_Hz);
  field("clocks", "dram_Hz", c.clocks.dram_Hz);
  field("array", "rows", c.array.rows);
  field("array", "cols", c.array.cols);
  field("array", "units", c.array.units);
  field("array", "fp16_lanes", c.array.fp16_lanes);
  field("spad_words", "filter", c.spad_words.filter);
  field("spad_words", "input", c.spad_words.input);
  field("spad_words", "psum", c.spad_words.psum);
  field("spad_words", "lut", c.spad_words.lut);
  field("noc_bits", "filter", c.noc_bits.filter);
  field("noc_bits", "input", c.noc_bits.input);
  field("noc_bits", "psum_in", c.noc_bits.psum_in);
  field("noc_bits", "psum_out", c.noc_bits.psum_out);
  field("noc_bits", "local", c.noc_bits.local);
  field("glb", "bank_bytes", c.glb.bank_bytes);
  field("glb", "filter_banks", c.glb.filter_banks);
  field("glb", "shared_banks", c.glb.shared_banks);
  field("glb", "port_bits", c.glb.port_bits);
  field("glb", "double_buffer", c.glb.double_buffer);
  field("dram", "link_bits", c.dram.link_bits);
  field("dram", "latency_cycles", c.dram.latency_cycles);
  field("dram", "burst_bytes", c.dram.burst_bytes);
}

// One of two words.
bool second_of(const Json& object, const char* key, const char* first, const char* second) {
  const auto word = field_as<std::string>(object, key, kWhere);
  if (word != first && word != second)
    throw InputError(std::string(kWhere) + ": '" + key + "' must be " + first + " or " + second + ", not '" +
                     word + "'");
  return word == second;
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
  return accelerator;
}

}  // namespace eyeshift
