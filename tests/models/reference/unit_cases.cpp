#include "tests/models/reference/unit_cases.h"

#include <algorithm>
#include <random>
#include <set>

#include "base/errors.h"
#include "configs/loaders/accelerator_reader.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"
#include "tests/support/files.h"

namespace eyeshift::testing {
namespace {

Encoding coded(Coding coding, int bits, int64_t group_rows, int64_t group_cols, int scale_bits,
               int zero_bits = 0) {
  Encoding encoding;
  encoding.scheme = "made-up";
  encoding.coding = coding;
  encoding.bits = bits;
  encoding.group_rows = group_rows;
  encoding.group_cols = group_cols;
  encoding.scale_bits = scale_bits;
  encoding.zero_bits = zero_bits;
  return encoding;
}

Encoding powers(int planes, int64_t group_rows, int64_t group_cols, int terms) {
  Encoding encoding = coded(Coding::binary, planes, group_rows, group_cols, 8);
  encoding.power_of_two = true;
  encoding.terms = terms;
  return encoding;
}

Encoding fp16(int64_t, int64_t) { return {}; }
Encoding int8_rows(int64_t K, int64_t) { return coded(Coding::int8, 8, 1, K, 16); }
Encoding int8_rows_f32(int64_t K, int64_t) { return coded(Coding::int8, 8, 1, K, 32); }
Encoding int16_layer(int64_t K, int64_t M) { return coded(Coding::int16, 16, M, K, 16); }
Encoding uniform_rows(int64_t K, int64_t) { return coded(Coding::uniform, 3, 1, K, 16, 8); }
Encoding uniform_groups(int64_t, int64_t) { return coded(Coding::uniform, 4, 1, 16, 32); }
Encoding uniform_groups_zeros(int64_t, int64_t) { return coded(Coding::uniform, 3, 1, 16, 16, 8); }
Encoding uniform_columns(int64_t, int64_t M) { return coded(Coding::uniform, 2, M, 1, 16, 8); }
Encoding uniform_columns_groups(int64_t, int64_t) { return coded(Coding::uniform, 5, 10, 1, 32); }
Encoding uniform_layer(int64_t K, int64_t M) {
  Encoding encoding = coded(Coding::uniform, 3, M, K, 16);
  encoding.centred = true;
  return encoding;
}
Encoding uniform_tiles(int64_t, int64_t) { return coded(Coding::uniform, 4, 10, 16, 32); }
Encoding bcq_rows(int64_t K, int64_t) { return coded(Coding::binary, 3, 1, K, 16); }
Encoding bcq_groups(int64_t, int64_t) { return coded(Coding::binary, 2, 1, 16, 32); }
Encoding pot_blocks(int64_t, int64_t M) { return powers(3, (M + 7) / 8, 8, 3); }
Encoding pot_small_blocks(int64_t, int64_t) { return powers(2, 3, 8, 1); }
Encoding pot_columns(int64_t, int64_t M) { return powers(2, M, 1, 2); }
Encoding pot_columns_groups(int64_t, int64_t) { return powers(3, 10, 1, 3); }

AcceleratorConfig array_2x2() {
  AcceleratorConfig config;
  config.name = "array-2x2";
  config.clocks = {100'000'000, 50'000'000};
  config.array.rows = config.array.cols = 2;
  config.spad_words = {80, 8, 16, 256};
  config.noc_bits = {32, 16, 32, 32, 32};
  config.glb = {512, 1, 6, 32, true};
  config.dram = {32, 4, 16};
  return config;
}

// No width divides another: 48-bit filter flits, inputs two at a time, clocks of 3 and 5 ticks.
AcceleratorConfig array_3x4() {
  AcceleratorConfig config;
  config.name = "array-3x4";
  config.clocks = {250'000'000, 150'000'000};
  config.array.rows = 3;
  config.array.cols = 4;
  config.array.fp16_lanes = 4;
  config.spad_words = {200, 28, 30, 256};
  config.noc_bits = {48, 32, 32, 96, 32};
  config.glb = {1024, 2, 9, 64, false};
  config.dram = {64, 7, 32};
  return config;
}

}  // namespace

const std::vector<UnitCase>& unit_cases() {
  static const std::vector<UnitCase> cases = {
      {"mac_fp16", "mac-fp16", fp16},
      {"mac_int16", "mac-int16", int16_layer},
      {"mac_int8", "mac-int8", int8_rows},
      {"mac_int8_f32_scales", "mac-int8", int8_rows_f32},
      {"dequant_rows", "dequant-mac", uniform_rows},
      {"dequant_groups", "dequant-mac", uniform_groups},
      {"dequant_groups_zeros", "dequant-mac", uniform_groups_zeros},
      {"dequant_rows_per_weight", "dequant-mac", uniform_rows, DequantMode::per_weight},
      {"dequant_groups_per_weight", "dequant-mac", uniform_groups, DequantMode::per_weight},
      {"dequant_columns", "dequant-mac", uniform_columns},
      {"dequant_columns_groups", "dequant-mac", uniform_columns_groups},
      {"dequant_layer", "dequant-mac", uniform_layer},
      {"dequant_layer_per_weight", "dequant-mac", uniform_layer, DequantMode::per_weight},
      {"dequant_tiles", "dequant-mac", uniform_tiles},
      {"dequant_tiles_per_weight", "dequant-mac", uniform_tiles, DequantMode::per_weight},
      {"shift_add_blocks", "shift-add", pot_blocks},
      {"shift_add_small_blocks", "shift-add", pot_small_blocks},
      {"shift_add_columns", "shift-add", pot_columns},
      {"shift_add_columns_groups", "shift-add", pot_columns_groups},
      {"lut_rows", "lut", bcq_rows},
      {"lut_rows_128", "lut", bcq_rows, DequantMode::per_group, 128},
      {"lut_groups", "lut", bcq_groups},
      {"lut_blocks", "lut", pot_blocks},
      {"lut_blocks_128", "lut", pot_blocks, DequantMode::per_group, 128},
      {"lut_columns", "lut", pot_columns},
      {"lut_columns_groups_128", "lut", pot_columns_groups, DequantMode::per_group, 128}};
  return cases;
}

std::vector<AcceleratorConfig> accelerators_for(const UnitCase& unit_case, Accumulator accumulator) {
  std::vector<AcceleratorConfig> accelerators = {array_2x2(), array_3x4()};
  for (AcceleratorConfig& accelerator : accelerators) accelerator.array.units = listed_unit_names();
  const std::string chip = unit_case.unit == "mac-int16" ? "eyeriss-v1" : "eyeriss-168";
  accelerators.push_back(
      load_accelerator(project_file("configs/accelerators/") + chip + ".yaml", listed_units()));
  for (AcceleratorConfig& accelerator : accelerators) {
    accelerator = specialised(accelerator, unit_case.unit);
    accelerator.array.accumulator = accumulator;
    accelerator.array.dequant = unit_case.dequant;
    if (unit_case.unit == "lut") accelerator.spad_words.lut = unit_case.lut_words;
  }
  return accelerators;
}

std::vector<Mapping> sample_mappings(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                     const AcceleratorConfig& accelerator, const std::string& unit,
                                     size_t listed, size_t random, const Dataflow& dataflow) {
  std::vector<MappingEstimate> all;
  try {
    all = dataflow.mappings(shape, encoding, tokens, accelerator, unit);
  } catch (const InputError&) {
    return {};
  }
  std::set<size_t> chosen;
  for (size_t i = 0; i < listed; ++i) chosen.insert(listed == 1 ? 0 : i * (all.size() - 1) / (listed - 1));
  std::vector<Mapping> mappings;
  for (const size_t index : chosen) mappings.push_back(all[index].mapping);

  std::mt19937 engine(1);
  const auto between = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>((uint64_t{engine()} * static_cast<uint64_t>(high - low + 1)) >> 32);
  };
  const int64_t granule = Registry<Unit>::instance().find(unit, "unit").input_granule(encoding);
  const int64_t filter_rows = shape.conv ? shape.conv->R : 1;
  const size_t wanted = mappings.size() + random;
  for (int tries = 0; tries < 2000 && mappings.size() < wanted; ++tries) {
    Mapping mapping;
    mapping.e = shape.conv ? between(1, shape.conv->E()) : std::max<int64_t>(1, between(-2, 3));
    mapping.q = granule * between(1, std::max<int64_t>(1, 24 / granule / filter_rows));
    mapping.p = between(1, 12);
    mapping.r = between(1, std::max<int64_t>(1, accelerator.array.rows / filter_rows));
    mapping.t = between(1, accelerator.array.cols);
    mapping.m = between(1, shape.M + 3);
    mapping.n = between(1, tokens + 1);
    try {
      dataflow.check(shape, encoding, tokens, accelerator, unit, mapping);
      mappings.push_back(mapping);
    } catch (const InputError&) {
      continue;
    }
  }
  return mappings;
}

int largest_integer(const std::string& unit) {
  return unit == "mac-int8" ? 127 : unit == "mac-int16" ? 1024 : 0;
}

const Dataflow& row_stationary() { return Registry<Dataflow>::instance().find("row-stationary", "dataflow"); }

std::string to_string(const Mapping& mapping) {
  std::string text = "{";
  for (const auto& [name, value] : {std::pair("m", mapping.m),
                                    {"n", mapping.n},
                                    {"e", mapping.e},
                                    {"p", mapping.p},
                                    {"q", mapping.q},
                                    {"r", mapping.r},
                                    {"t", mapping.t}})
    text += std::string(text.size() > 1 ? ", " : "") + name + ": " + std::to_string(value);
  return text + "}";
}

}  // namespace eyeshift::testing
