#include "configs/loaders/accelerator_reader.h"

#include "base/errors.h"
#include "base/files/data_files.h"
#include "base/files/yaml_map.h"
#include "models/types/accelerator_limits.h"

namespace eyeshift {
namespace {

constexpr char kAccelerators[] = "configs/accelerators";

Range<int64_t> range_of(const NumberLimits& limits) { return {limits.min, limits.max}; }

void fail_at(YamlMap& map, const std::optional<AcceleratorFault>& fault) {
  if (fault) map.fail(fault->key.c_str(), fault->expected);
}

void read_clocks(YamlMap& map, AcceleratorConfig& config) {
  const Range<int64_t> frequency = range_of(limits::kFrequency_Hz);
  map.integer("core_Hz", config.clocks.core_Hz, frequency, "clock of PEs, NoC and global buffer");
  map.integer("dram_Hz", config.clocks.dram_Hz, frequency, "clock of the DRAM link");
  map.done();
  try {
    time_base(config);
  } catch (const InputError& error) {
    map.fail("dram_Hz", error.what());
  }
}

void read_array(YamlMap& map, const std::vector<ListedUnit>& known, AcceleratorConfig::Array& array) {
  std::vector<std::string> known_units;
  for (const ListedUnit& unit : known) known_units.push_back(unit.name);
  map.integer("rows", array.rows, range_of(limits::kPes), "rows of PEs");
  map.integer("cols", array.cols, range_of(limits::kPes), "columns of PEs");
  map.words("units", array.units, known_units, "what every PE computes with");
  map.choice<Accumulator>("accumulator", array.accumulator,
                          {{"fp16", Accumulator::fp16}, {"fp32", Accumulator::fp32}},
                          "width of partial sums");
  map.integer("fp16_lanes", array.fp16_lanes, range_of(limits::kLanes),
              "PEs that keep a half-precision lane beside another unit; 0: all", Need::optional);
  map.choice<DequantMode>("dequant", array.dequant,
                          {{"per_group", DequantMode::per_group}, {"per_weight", DequantMode::per_weight}},
                          "where dequant-mac applies a scale", Need::optional);
  map.done();
  fail_at(map, array_fault(array, known));
}

void read_spads(YamlMap& map, const AcceleratorConfig::Array& array, const std::vector<ListedUnit>& known,
                AcceleratorConfig::SpadWords& words) {
  const Range<int64_t> size = range_of(limits::kSpad_words);
  map.integer("filter", words.filter, size, "filter scratchpad of a PE, 16-bit words");
  map.integer("input", words.input, size, "input scratchpad of a PE, 16-bit words");
  map.integer("psum", words.psum, size, "partial-sum scratchpad of a PE, 16-bit words");
  const bool has_lut = has_table(array, known);
  map.integer("lut", words.lut, {has_lut ? 1 : 0, limits::kTable_words.max},
              "table storage of a PE, 16-bit words; only a unit with a table has it",
              has_lut ? Need::required : Need::optional);
  map.done();
}

template <typename Int>
void width(YamlMap& map, const char* key, Int& bits, const NumberLimits& limits, const char* meaning) {
  map.integer(key, bits, range_of(limits), meaning);
  if (map.has(key) && bits % limits.step != 0)
    map.fail(key, "expected a multiple of " + std::to_string(limits.step) + " bits");
}

void read_noc(YamlMap& map, AcceleratorConfig::NocBits& bits) {
  width(map, "filter", bits.filter, limits::kPort_bits, "multicast of weights and scales, bits a cycle");
  width(map, "input", bits.input, limits::kPort_bits, "multicast of inputs, bits a cycle");
  width(map, "psum_in", bits.psum_in, limits::kPort_bits, "partial sums into the array, bits a cycle");
  width(map, "psum_out", bits.psum_out, limits::kPort_bits, "partial sums out of the array, bits a cycle");
  width(map, "local", bits.local, limits::kPort_bits, "vertical link between neighbouring PEs, bits a cycle");
}

void read_glb(YamlMap& map, AcceleratorConfig::Glb& glb) {
  map.integer("bank_bytes", glb.bank_bytes, range_of(limits::kBank_bytes), "size of a bank");
  map.integer("filter_banks", glb.filter_banks, range_of(limits::kBanks), "banks for weights and scales");
  map.integer("shared_banks", glb.shared_banks, range_of(limits::kBanks),
              "banks for inputs and partial sums");
  width(map, "port_bits", glb.port_bits, limits::kPort_bits, "port of a bank, bits an access");
  map.flag("double_buffer", glb.double_buffer,
           "whether the next tile of inputs loads while the array works on this one");
  map.done();
  fail_at(map, glb_fault(glb));
}

void read_dram(YamlMap& map, AcceleratorConfig::Dram& dram) {
  width(map, "link_bits", dram.link_bits, limits::kLink_bits, "DRAM link, bits a cycle of its clock");
  map.integer("latency_cycles", dram.latency_cycles, range_of(limits::kLatency_cycles),
              "cycles of the DRAM clock from a burst's request to its first word");
  map.integer("burst_bytes", dram.burst_bytes, range_of(limits::kBurst_bytes), "what one request transfers");
  map.done();
  fail_at(map, dram_fault(dram));
}

void read_accelerator(YamlMap& map, const std::vector<ListedUnit>& known_units, AcceleratorConfig& config) {
  using Compression = AcceleratorConfig::Compression;
  map.text("name", config.name, "what reports call the accelerator");
  map.map(
      "clocks", [&](YamlMap& inner) { read_clocks(inner, config); }, "frequencies");
  map.map(
      "array", [&](YamlMap& inner) { read_array(inner, known_units, config.array); }, "the PE array");
  map.map(
      "spad_words", [&](YamlMap& inner) { read_spads(inner, config.array, known_units, config.spad_words); },
      "scratchpads of a PE");
  map.map(
      "noc_bits", [&](YamlMap& inner) { read_noc(inner, config.noc_bits); },
      "widths of the networks on chip");
  map.map(
      "glb", [&](YamlMap& inner) { read_glb(inner, config.glb); }, "the global buffer");
  map.map(
      "dram", [&](YamlMap& inner) { read_dram(inner, config.dram); }, "the DRAM link");
  map.choice<Compression>("compression", config.compression,
                          {{"none", Compression::none}, {"rlc", Compression::rlc}},
                          "of feature maps in DRAM");
  map.done();
}

// What to add to an error about a value of the file, which may be right without the settings.
std::string unlike_the_file(const std::string& error, const std::vector<std::string>& settings) {
  if (settings.empty() || error.rfind("--set ", 0) == 0) return "";
  std::string text = "; the file is changed by";
  for (const std::string& setting : settings) text += " --set " + setting;
  return text;
}

// The name of an accelerator that is not as its file says.
std::string changed_name(const std::string& name, const std::vector<std::string>& settings) {
  std::string changes;
  for (const std::string& setting : settings)
    if (setting.rfind("name=", 0) != 0) changes += (changes.empty() ? "" : ", ") + setting;
  return changes.empty() ? name : name + " (" + changes + ")";
}

}  // namespace

AcceleratorConfig load_accelerator(const std::string& path_or_name,
                                   const std::vector<ListedUnit>& known_units,
                                   const std::vector<std::string>& settings) {
  const std::string file = find_data_file(path_or_name, kAccelerators, "accelerator");
  AcceleratorConfig config;
  const YamlEdits edits = yaml_edits("--set", settings);
  try {
    read_yaml(
        file, [&](YamlMap& map) { read_accelerator(map, known_units, config); }, edits);
  } catch (const InputError& error) {
    throw InputError(error.what() + unlike_the_file(error.what(), settings));
  }
  config.name = changed_name(config.name, settings);
  return config;
}

std::vector<std::string> accelerator_names() { return data_file_names(kAccelerators); }

}  // namespace eyeshift
