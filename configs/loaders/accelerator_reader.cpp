#include "configs/loaders/accelerator_reader.h"

#include <algorithm>

#include "base/errors.h"
#include "base/files/data_files.h"
#include "base/files/yaml_map.h"

namespace eyeshift {
namespace {

constexpr char kAccelerators[] = "configs/accelerators";

constexpr int kWidestPort = 256;
constexpr int kWidestLink = 1024;
constexpr int kLargestSpad = 65536;
constexpr int kMostPes = 65536;
constexpr int kMostBanks = 4096;

void read_clocks(YamlMap& map, AcceleratorConfig& config) {
  const Range<int64_t> frequency{1'000, 10'000'000'000};
  map.integer("core_Hz", config.clocks.core_Hz, frequency, "clock of PEs, NoC and global buffer");
  map.integer("dram_Hz", config.clocks.dram_Hz, frequency, "clock of the DRAM link");
  map.done();
  try {
    time_base(config);
  } catch (const InputError& error) {
    map.fail("dram_Hz", error.what());
  }
}

// The first unit of the array with this property; nullptr where none has it.
const ListedUnit* unit_that(const AcceleratorConfig::Array& array, const std::vector<ListedUnit>& known,
                            bool ListedUnit::*property) {
  for (const ListedUnit& unit : known)
    if (unit.*property && std::find(array.units.begin(), array.units.end(), unit.name) != array.units.end())
      return &unit;
  return nullptr;
}

void check_fp16_lanes(YamlMap& map, const AcceleratorConfig::Array& array,
                      const std::vector<ListedUnit>& known) {
  if (array.fp16_lanes == 0) return;
  if (array.units.size() == 1 || unit_that(array, known, &ListedUnit::is_lane) == nullptr) {
    std::string lane;
    for (const ListedUnit& unit : known)
      if (unit.is_lane) lane = unit.name;
    map.fail("fp16_lanes", "only allowed where units lists " + lane + " beside another unit");
  }
  const int pes = array.rows * array.cols;
  if (array.fp16_lanes > pes) map.fail("fp16_lanes", "the array has only " + std::to_string(pes) + " PEs");
  if (array.fp16_lanes > array.cols && array.fp16_lanes % array.cols != 0)
    map.fail("fp16_lanes",
             "expected at most " + std::to_string(array.cols) + " (one row of PEs) or a multiple of it");
}

void read_array(YamlMap& map, const std::vector<ListedUnit>& known, AcceleratorConfig::Array& array) {
  std::vector<std::string> known_units;
  for (const ListedUnit& unit : known) known_units.push_back(unit.name);
  map.integer("rows", array.rows, {1, kMostPes}, "rows of PEs");
  map.integer("cols", array.cols, {1, kMostPes}, "columns of PEs");
  map.words("units", array.units, known_units, "what every PE computes with");
  map.choice<Accumulator>("accumulator", array.accumulator,
                          {{"fp16", Accumulator::fp16}, {"fp32", Accumulator::fp32}},
                          "width of partial sums");
  map.integer("fp16_lanes", array.fp16_lanes, {0, kMostPes},
              "PEs that keep a half-precision lane beside another unit; 0: all", Need::optional);
  map.choice<DequantMode>("dequant", array.dequant,
                          {{"per_group", DequantMode::per_group}, {"per_weight", DequantMode::per_weight}},
                          "where dequant-mac applies a scale", Need::optional);
  map.done();
  if (int64_t{array.rows} * array.cols > kMostPes)
    map.fail("rows", "rows x cols must be at most " + std::to_string(kMostPes) + " PEs");
  check_fp16_lanes(map, array, known);
}

void read_spads(YamlMap& map, const AcceleratorConfig::Array& array, const std::vector<ListedUnit>& known,
                AcceleratorConfig::SpadWords& words) {
  const Range<int64_t> size{1, kLargestSpad};
  map.integer("filter", words.filter, size, "filter scratchpad of a PE, 16-bit words");
  map.integer("input", words.input, size, "input scratchpad of a PE, 16-bit words");
  map.integer("psum", words.psum, size, "partial-sum scratchpad of a PE, 16-bit words");
  const bool has_lut = unit_that(array, known, &ListedUnit::has_table) != nullptr;
  map.integer("lut", words.lut, {has_lut ? 1 : 0, kLargestSpad},
              "table storage of a PE, 16-bit words; only a unit with a table has it",
              has_lut ? Need::required : Need::optional);
  map.done();
}

// A width in bits: a multiple of 8.
template <typename Int>
void width(YamlMap& map, const char* key, Int& bits, int widest, const char* meaning) {
  map.integer(key, bits, {8, widest}, meaning);
  if (map.has(key) && bits % 8 != 0) map.fail(key, "expected a multiple of 8 bits");
}

void read_noc(YamlMap& map, AcceleratorConfig::NocBits& bits) {
  width(map, "filter", bits.filter, kWidestPort, "multicast of weights and scales, bits a cycle");
  width(map, "input", bits.input, kWidestPort, "multicast of inputs, bits a cycle");
  width(map, "psum_in", bits.psum_in, kWidestPort, "partial sums into the array, bits a cycle");
  width(map, "psum_out", bits.psum_out, kWidestPort, "partial sums out of the array, bits a cycle");
  width(map, "local", bits.local, kWidestPort, "vertical link between neighbouring PEs, bits a cycle");
}

void read_glb(YamlMap& map, AcceleratorConfig::Glb& glb) {
  map.integer("bank_bytes", glb.bank_bytes, {1, 16 << 20}, "size of a bank");
  map.integer("filter_banks", glb.filter_banks, {1, kMostBanks}, "banks for weights and scales");
  map.integer("shared_banks", glb.shared_banks, {1, kMostBanks}, "banks for inputs and partial sums");
  width(map, "port_bits", glb.port_bits, kWidestPort, "port of a bank, bits an access");
  map.flag("double_buffer", glb.double_buffer,
           "whether the next tile of inputs loads while the array works on this one");
  map.done();
  const int port_bytes = glb.port_bits / 8;
  if (glb.bank_bytes % port_bytes != 0)
    map.fail("bank_bytes", "expected a multiple of the port's " + std::to_string(port_bytes) + " bytes");
}

void read_dram(YamlMap& map, AcceleratorConfig::Dram& dram) {
  width(map, "link_bits", dram.link_bits, kWidestLink, "DRAM link, bits a cycle of its clock");
  map.integer("latency_cycles", dram.latency_cycles, {0, 1'000'000},
              "cycles of the DRAM clock from a burst's request to its first word");
  map.integer("burst_bytes", dram.burst_bytes, {1, 65536}, "what one request transfers");
  map.done();
  const int link_bytes = dram.link_bits / 8;
  if (dram.burst_bytes % link_bytes != 0)
    map.fail("burst_bytes", "expected a multiple of the link's " + std::to_string(link_bytes) + " bytes");
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
