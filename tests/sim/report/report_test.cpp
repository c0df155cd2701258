#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "base/errors.h"
#include "sim/report/report_csv.h"
#include "sim/report/report_json.h"
#include "sim/report/report_text.h"
#include "tests/support/sample_run.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::Not;

RunReport priced_run() {
  RunReport run = sample_run();
  price(run, {default_table()});
  return run;
}

EnergyTable table_with_clock() {
  EnergyTable table = default_table();
  table.actions["clock_cycle"].energy_pJ = 3;
  return table;
}

TEST(Report, SumsCountEveryLayerAsOftenAsItStands) {
  const RunReport run = sample_run();
  const RunSums total = sums(run);
  EXPECT_EQ(total.cycles, 1000 + 3 * 2000);
  EXPECT_EQ(total.macs, 4 * 4096);
  EXPECT_EQ(total.busy_pe_cycles, 1670 + 3 * 3340);
  EXPECT_DOUBLE_EQ(total.time_s, 5e-6 + 3 * 10e-6);
  EXPECT_EQ(total.actions[Action::multiply_fp16_weights], 17 + 3 * 34);
}

TEST(Report, HasTheAgreedKeys) {
  const Json json = to_json(priced_run());
  for (const char* key : {"macs", "cycles", "time_s", "glb_bytes", "dram_bytes", "energy_pJ", "area_um2",
                          "tables", "simulator", "layers"})
    EXPECT_TRUE(json.contains(key)) << key;
  for (const char* key : {"pe", "array", "glb", "noc", "total"})
    EXPECT_TRUE(json["area_um2"].contains(key)) << key;
  for (const char* key : {"wall_s", "evaluated_cycles", "skipped_cycles"})
    EXPECT_TRUE(json["simulator"].contains(key)) << key;
  for (const Json& layer : json["layers"]) {
    for (const char* key : {"name", "macs", "cycles", "time_s", "active_pes", "bound_by", "glb_bytes",
                            "dram_bytes", "energy_pJ", "actions"})
      EXPECT_TRUE(layer.contains(key)) << key;
    for (const char* key : {"array_side", "dram_side"}) EXPECT_TRUE(layer["glb_bytes"].contains(key)) << key;
    for (const char* key : {"weights", "inputs", "outputs", "scales"})
      EXPECT_TRUE(layer["dram_bytes"].contains(key)) << key;
    for (const char* key : {"multiply", "add", "shift", "lut_query", "lut_build", "dequantize"})
      EXPECT_TRUE(layer["energy_pJ"]["compute"].contains(key)) << key;
    for (const char* place : {"dram", "glb", "noc", "spad"})
      for (const char* operand : {"weights", "inputs", "psums", "scales"})
        EXPECT_TRUE(layer["energy_pJ"]["data_movement"][place].contains(operand)) << place << operand;
    for (const char* key : {"clock_control", "static", "total"})
      EXPECT_TRUE(layer["energy_pJ"].contains(key)) << key;
  }
}

// Sum of action count times price over the keys that begin with a component, from the JSON alone.
double recomputed(const Json& actions, const Json& prices, const std::string& component) {
  double energy = 0;
  for (const auto& [key, count] : actions.items())
    if (key.compare(0, component.size(), component) == 0)
      energy += count.get<double>() * prices.at(key).get<double>();
  return energy;
}

double moved(const Json& energy, const std::string& place) {
  double sum = 0;
  for (const Json& operand : energy["data_movement"][place]) sum += operand.get<double>();
  return sum;
}

void expect_recomputable(const Json& json, const Json& table) {
  const Json& energy = json["energy_pJ"];
  const auto of = [&](const std::string& component) {
    return recomputed(json["actions"], table["prices"], component);
  };
  const auto near = [](double value) { return testing::DoubleNear(value, 1e-12 * std::abs(value) + 1e-12); };
  EXPECT_THAT(energy["compute"]["multiply"].get<double>(), near(of("multiply.")));
  EXPECT_THAT(energy["compute"]["add"].get<double>(), near(of("add.")));
  EXPECT_THAT(energy["compute"]["shift"].get<double>(), near(of("shift.")));
  EXPECT_THAT(energy["compute"]["lut_query"].get<double>(), near(of("lut.query.")));
  EXPECT_THAT(energy["compute"]["lut_build"].get<double>(), near(of("lut.build")));
  EXPECT_THAT(energy["compute"]["dequantize"].get<double>(), near(of("dequantize.")));
  for (const char* place : {"dram", "glb", "noc", "spad"}) EXPECT_THAT(moved(energy, place), near(of(place)));
  const double leakage = table["leakage_mW"].get<double>() * json["time_s"].get<double>() * 1e9;
  EXPECT_THAT(energy["static"].get<double>(), near(leakage));
  EXPECT_THAT(energy["clock_control"].get<double>(),
              near(of("clock.") + of("control.") + of("fifo.") + of("io.")));
  EXPECT_THAT(energy["total"].get<double>(), near(of("") + leakage));
  const double power_mW = (of("") - of("dram.") + leakage) / json["time_s"].get<double>() * 1e-9;
  EXPECT_THAT(json["chip_power_mW"].get<double>(), near(power_mW));
  EXPECT_GT(of(""), 0);
}

TEST(Report, EnergyCanBeRecomputedFromTheJsonAlone) {
  const Json json = Json::parse(dump(to_json(priced_run())));
  expect_recomputable(json, json["tables"][0]);
  for (const Json& layer : json["layers"]) expect_recomputable(layer, json["tables"][0]);
}

TEST(Report, JsonReadsBackAsTheSameRun) {
  RunReport run = priced_run();
  RunReport read = run_from_json(Json::parse(dump(to_json(run))));
  price(read, {default_table()});
  EXPECT_EQ(dump(to_json(read)), dump(to_json(run)));
}

TEST(Report, EveryTablePricesTheRun) {
  RunReport run = sample_run();
  const EnergyTable first = default_table(), second = load_table("horowitz-cacti-45nm-lpddr4");
  price(run, {first, second});
  ASSERT_EQ(run.tables.size(), 2u);
  EXPECT_NE(run.tables[0].energy.total, run.tables[1].energy.total);
  RunReport other = sample_run();
  price(other, {second});
  EXPECT_EQ(run.tables[1].energy.total, other.tables[0].energy.total);
  EXPECT_NE(run.layers[0].energy.total, other.layers[0].energy.total);
}

TEST(Report, ConvolutionsReadBack) {
  RunReport run = sample_run();
  run.batch = 3;
  run.tokens = 1;
  run.layers.resize(1);
  LayerReport& layer = run.layers[0];
  layer.shape.conv = Convolution{8, 9, 4, 3, 2, 2};  // 4 x 4 output pixels, K 64
  layer.kind = LayerKind::convolution;
  layer.tokens = 3;
  layer.result.macs = 64 * 32 * 16 * 3;
  price(run, {default_table()});
  Json json = Json::parse(dump(to_json(run)));
  EXPECT_EQ(run_from_json(json).layers[0].shape.conv, layer.shape.conv);
  RunReport read = run_from_json(json);
  price(read, {default_table()});
  EXPECT_EQ(dump(to_json(read)), dump(json));
  const auto refusal = [&](const char* key, const Json& value) -> std::string {
    Json bad = json;
    bad["layers"][0]["conv"][key] = value;
    try {
      run_from_json(bad);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_THAT(refusal("C", 6), HasSubstr("'K' is 64"));
  EXPECT_THAT(refusal("R", 14), HasSubstr("'R' is more than"));
  EXPECT_THAT(refusal("stride", 0), HasSubstr("'stride'"));
  EXPECT_THAT(refusal("H", 15), HasSubstr("'macs' is"));
  EXPECT_THAT(refusal("pad", (1 << 20) + 1), HasSubstr("'pad'"));
  EXPECT_THAT(refusal("groups", nullptr), HasSubstr("'groups'"));
  Json& huge = json["layers"][0]["conv"];
  huge["H"] = huge["pad"] = 1 << 20;
  huge["stride"] = 1;
  EXPECT_THROW(run_from_json(json), InputError);
}

TEST(Report, JsonWithAFaultIsRefusedByKey) {
  const Json good = to_json(priced_run());
  const auto expect_refused = [&](const char* pointer, const Json& value, const std::string& message) {
    Json bad = good;
    bad[Json::json_pointer(pointer)] = value;
    try {
      run_from_json(bad);
      ADD_FAILURE() << pointer << " passed";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  };
  expect_refused("/tokens", -1, "'tokens'");
  expect_refused("/tokens", 1.5, "'tokens'");
  expect_refused("/network", 3, "'network'");
  expect_refused("/layers", "none", "'layers'");
  expect_refused("/layers/0/cycles", "many", "'cycles'");
  expect_refused("/layers/0/bound_by", "luck", "luck");
  expect_refused("/layers/1/actions/dram.read.dreams", 1, "dram.read.dreams");
  expect_refused("/layers/1/encoding/coding", "morse", "morse");
  expect_refused("/accelerator/array/rows", nullptr, "'rows'");
  expect_refused("/accelerator/array/accumulator", "fp8", "fp8");
  expect_refused("/accelerator/array/units", "lut", "'units'");
  expect_refused("/accelerator/array/units", Json::array(), "'units'");
  expect_refused("/accelerator/array/units/0", "abacus", "abacus");
  expect_refused("/accelerator/array/rowz", 12, "'rowz'");
  expect_refused("/accelerator/cache", 12, "'cache'");
  expect_refused("/accelerator/array/rows", 0, "'rows'");
  expect_refused("/accelerator/array/rows", 65536, "'rows'");
  expect_refused("/accelerator/array/cols", int64_t{1} << 40, "'cols'");
  expect_refused("/accelerator/clocks/core_Hz", 0, "'core_Hz'");
  expect_refused("/accelerator/glb/port_bits", 63, "'port_bits'");
}

TEST(Report, JsonOfAnImpossibleRunIsRefusedByKey) {
  const Json good = to_json(priced_run());
  const auto refusal = [&](const char* pointer, const Json& value) -> std::string {
    Json bad = good;
    bad[Json::json_pointer(pointer)] = value;
    try {
      run_from_json(bad);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  const auto both = [](const char* where, const char* key) {
    return testing::AllOf(HasSubstr(where), HasSubstr(key));
  };
  const int64_t huge = int64_t{1} << 62;
  EXPECT_THAT(refusal("/layers", Json::array()), HasSubstr("'layers' is empty"));
  EXPECT_THAT(refusal("/tokens", 0), HasSubstr("'tokens'"));
  EXPECT_THAT(refusal("/tokens", 3), HasSubstr("'tokens'"));
  EXPECT_THAT(refusal("/batch", 0), HasSubstr("'batch'"));
  EXPECT_THAT(refusal("/bits", int64_t{1} << 32), HasSubstr("'bits'"));
  EXPECT_THAT(refusal("/perplexity", -1), HasSubstr("'perplexity'"));
  EXPECT_THAT(refusal("/simulator/wall_s", -1), HasSubstr("'wall_s'"));
  EXPECT_THAT(refusal("/unit", "mac-int9"), HasSubstr("mac-int9"));
  EXPECT_THAT(refusal("/layers/1/K", 0), both("layers[1]", "'K'"));
  EXPECT_THAT(refusal("/layers/1/M", 0), both("layers[1]", "'M'"));
  EXPECT_THAT(refusal("/layers/1/count", 0), both("layers[1]", "'count'"));
  EXPECT_THAT(refusal("/layers/1/count", huge), both("layers[1]", "'count'"));
  EXPECT_THAT(refusal("/layers/1/K", 65), both("'second'", "bits_per_weight"));
  EXPECT_THAT(refusal("/layers/1/bits_per_weight", 3), both("'second'", "bits_per_weight"));
  EXPECT_THAT(refusal("/layers/1/macs", 4097), both("'second'", "'macs'"));
  EXPECT_THAT(refusal("/layers/1/time_s", -1e-5), both("'second'", "'time_s'"));
  EXPECT_THAT(refusal("/layers/1/time_s", 1), both("'second'", "'ticks'"));
  EXPECT_THAT(refusal("/layers/1/cycles", -1), both("'second'", "'cycles'"));
  EXPECT_THAT(refusal("/layers/1/cycles", uint64_t{1} << 63), both("'second'", "'cycles'"));
  EXPECT_THAT(refusal("/layers/1/active_pes", 169), both("'second'", "'active_pes'"));
  EXPECT_THAT(refusal("/layers/1/actions/dram.read.weights", huge), both("'second'", "dram.read.weights"));
  // Of three layers alike: each fits, their sum does not.
  EXPECT_THAT(refusal("/layers/1/actions/dram.read.weights", int64_t{1} << 52),
              both("'second'", "dram.read.weights"));
  EXPECT_THAT(refusal("/layers/1/mapping/m", 0), both("'second'", "'m'"));
  EXPECT_THAT(refusal("/layers/1/pe_busy_cycles", 7), both("'second'", "'pe_busy_cycles'"));
  EXPECT_THAT(refusal("/layers/1/pe_busy_cycles/11", Json::array()), both("'second'", "rows of 14"));
  EXPECT_THAT(refusal("/layers/1/pe_busy_cycles/11/13", 21), both("'second'", "do not add up"));
  EXPECT_THAT(refusal("/layers/1/pe_busy_cycles/0/0", int64_t{1} << 52), both("'second'", "do not add up"));
  EXPECT_THAT(refusal("/layers/1/pe_busy_cycles/0/0", -1), both("'second'", "'pe_busy_cycles'"));
  EXPECT_THAT(refusal("/layers/1/encoding/group_cols", 0), both("'second'", "'group_cols'"));
  EXPECT_EQ(refusal("/layers/1/padding_macs", 7), "none");
}

TEST(Report, GlbBytesAreSplitBySide) {
  ActionCounts actions;
  actions[Action::glb_filter_write_weights] = 3;
  actions[Action::glb_shared_read_outputs] = 2;
  actions[Action::glb_filter_read_weights] = 7;
  actions[Action::glb_shared_write_psums] = 4;
  const GlbBytes bytes = glb_bytes(actions, 64);
  EXPECT_EQ(bytes.dram_side, 5 * 8);
  EXPECT_EQ(bytes.array_side, 11 * 8);
}

TEST(Report, BitsPerWeightAreOfTheSchemesOwnLayers) {
  RunReport run = sample_run();
  const double before = bits_per_weight(run.layers, "bcq");
  run.layers[1].encoding = Encoding{};
  run.layers[1].bits_per_weight = 16;
  EXPECT_DOUBLE_EQ(bits_per_weight(run.layers, "bcq"), before);
  EXPECT_DOUBLE_EQ(bits_per_weight(run.layers, "none of them"), (before + 3 * 16) / 4);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Report, CsvHasARowALayerAndEveryColumn) {
  const RunReport run = priced_run();
  const std::vector<std::string> lines = lines_of(runs_csv({run, run}));
  ASSERT_EQ(lines.size(), 1u + 2 * 2);
  const auto commas = std::count(lines[0].begin(), lines[0].end(), ',');
  for (const std::string& line : lines) EXPECT_EQ(std::count(line.begin(), line.end(), ','), commas);
  EXPECT_THAT(lines[0], HasSubstr("energy_dram_weights_pJ"));
  EXPECT_THAT(lines[0], HasSubstr("action_dram_read_weights_bytes"));
}

TEST(Report, NamesTheClocksEnergyOnlyWhereThereIsSome) {
  RunReport run = priced_run();
  ASSERT_EQ(run.tables.front().energy.clock_control, 0);
  for (const std::string& text : {run_text(run), comparison_text({run})}) {
    EXPECT_THAT(text, HasSubstr("  static uJ"));
    EXPECT_THAT(text, Not(HasSubstr("clock, control+")));
  }
  EXPECT_THAT(run_text(run), HasSubstr("not priced: clock.cycle.pes, control.chip.cycles,"));
  price(run, {table_with_clock()});
  EXPECT_GT(run.tables.front().energy.clock_control, 0);
  EXPECT_THAT(run_text(run), HasSubstr("clock, control+static uJ"));
  EXPECT_THAT(run_text(run), HasSubstr("not priced: control.chip.cycles,"));
  EXPECT_THAT(comparison_text({run}), HasSubstr("clock, control+static uJ"));
}

TEST(Report, ClockAndControlCanBeRecomputedToo) {
  RunReport run = sample_run();
  price(run, {table_with_clock()});
  const Json json = Json::parse(dump(to_json(run)));
  EXPECT_GT(json["energy_pJ"]["clock_control"], 0);
  EXPECT_EQ(json["tables"][0]["not_priced"].size(), 5u);
  expect_recomputable(json, json["tables"][0]);
  for (const Json& layer : json["layers"]) expect_recomputable(layer, json["tables"][0]);
}

TEST(Report, GatedMultipliesReadBackAndAddUp) {
  RunReport run = priced_run();
  run.layers[0].result.gated_macs = 11;
  run.layers[1].result.gated_macs = 4096;
  EXPECT_EQ(sums(run).gated_macs, 11 + 3 * 4096);
  Json json = Json::parse(dump(to_json(run)));
  EXPECT_EQ(json["gated_macs"], 11 + 3 * 4096);
  EXPECT_EQ(run_from_json(json).layers[1].result.gated_macs, 4096);
  EXPECT_THAT(runs_csv({run}), HasSubstr(",gated_macs,"));
  json["layers"][1]["gated_macs"] = 4096 + 3;  // of 4096 pairs and 2 of padding
  EXPECT_THROW(run_from_json(json), InputError);
}

TEST(Report, TablesOfTextNameWhatTheyShow) {
  RunReport run = priced_run();
  EXPECT_THAT(run_text(run), HasSubstr("second (x3)"));
  EXPECT_THAT(run_text(run), HasSubstr("7 000"));  // 1000 + 3 x 2000 cycles
  EXPECT_THAT(comparison_text({run}), HasSubstr("bcq@lut"));
  EXPECT_THAT(comparison_text({run}), HasSubstr("3.250"));
}

}  // namespace
}  // namespace eyeshift
