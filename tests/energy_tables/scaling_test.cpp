#include "energy_tables/scaling.h"

#include <gmock/gmock.h>

#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

EnergyTable at(double node_nm, double voltage_V) {
  EnergyTable table;
  table.name = "t";
  table.node_nm = node_nm;
  table.voltage_V = voltage_V;
  table.actions["add_fp16"] = {0.4, 0, "a paper", ""};
  table.actions["noc_word_16b"] = {0, 2, "a ratio", ""};
  table.actions["dram_byte"] = {64, 0, "a module", ""};
  table.components["adder_fp16"] = {1000, 0.5, "a paper"};
  return table;
}

TEST(Scaling, NamesSayTheTargetAndItsSupply) {
  const ScaledName plain = parse_scaled_name("table");
  EXPECT_EQ(plain.table, "table");
  EXPECT_EQ(plain.target.node_nm, 0);
  const ScaledName usual = parse_scaled_name("dir/t.yaml@16nm");
  EXPECT_EQ(usual.table, "dir/t.yaml");
  EXPECT_EQ(usual.target.node_nm, 16);
  EXPECT_EQ(usual.target.voltage_V, 0.8);
  EXPECT_EQ(parse_scaled_name("t@14nm-0.75V").target.voltage_V, 0.75);
  EXPECT_THAT(input_error_of([] { parse_scaled_name("t@14nm"); }), HasSubstr("t@14nm-0.8V"));
  EXPECT_THAT(input_error_of([] { parse_scaled_name("t@28nm"); }),
              HasSubstr("no node of 28 nm: it has 65, 45, 32, 20, 16, 14, 10, 7 nm"));
}

// The factors that Stillmaker and Baas's polynomials give at the usual supplies, to three digits.
TEST(Scaling, FactorsFollowThePolynomials) {
  const auto energy = [](double from, double V, ScalingTarget to) {
    return scaling_factors(at(from, V), to).energy;
  };
  EXPECT_NEAR(energy(65, 1.0, {45, 0.9}), 0.634, 0.001);
  EXPECT_NEAR(energy(65, 1.0, {32, 0.9}), 0.406, 0.001);
  EXPECT_NEAR(energy(65, 1.0, {16, 0.8}), 0.0903, 0.0001);
  EXPECT_NEAR(energy(65, 1.0, {7, 0.7}), 0.0359, 0.0001);
  EXPECT_NEAR(energy(45, 0.9, {65, 1.0}), 1.578, 0.001);
  EXPECT_NEAR(energy(45, 0.9, {16, 0.8}), 0.142, 0.001);
  EXPECT_DOUBLE_EQ(energy(45, 0.9, {45, 0.9}), 1);
  EXPECT_EQ(scaling_factors(at(65, 1), {7, 0.7}).area, 0.039);
  EXPECT_EQ(scaling_factors(at(45, 0.9), {65, 1}).area, 1.5);
}

TEST(Scaling, RefusesWhatIsNotPublished) {
  EXPECT_THAT(input_error_of([] { scaling_factors(at(40, 0.9), {16, 0.8}); }), HasSubstr("no node of 40 nm"));
  EXPECT_THAT(input_error_of([] { scaling_factors(at(32, 0.9), {16, 0.8}); }), HasSubstr("'t' is of 32 nm"));
  EXPECT_THAT(input_error_of([] {
                scaling_factors(at(45, 0.9), {16, 0.4});
              }),
              HasSubstr("wanted voltage is 0.4"));
  EXPECT_THAT(input_error_of([] {
                scaling_factors(at(45, 1.5), {16, 0.8});
              }),
              HasSubstr("table's voltage is 1.5"));
}

TEST(Scaling, ScalesTheChipAndNotItsDram) {
  const EnergyTable table = scaled(at(65, 1.0), {45, 0.9});
  EXPECT_EQ(table.name, "t@45nm-0.9V");
  EXPECT_EQ(table.node_nm, 45);
  EXPECT_EQ(table.voltage_V, 0.9);
  EXPECT_NEAR(table.actions.at("add_fp16").energy_pJ, 0.4 * 0.634, 0.0004);
  EXPECT_THAT(table.actions.at("add_fp16").source, HasSubstr("from 65 nm, 1 V, times 0.6339 (Stillmaker"));
  EXPECT_EQ(table.actions.at("noc_word_16b").spad_filter_reads, 2);
  EXPECT_EQ(table.actions.at("dram_byte").energy_pJ, 64);
  EXPECT_EQ(table.actions.at("dram_byte").source, "a module");
  EXPECT_DOUBLE_EQ(table.components.at("adder_fp16").area_um2, 660);
  EXPECT_EQ(table.components.at("adder_fp16").leakage_mW, 0.5);
  EXPECT_THAT(table.components.at("adder_fp16").source, EndsWith("leakage as it was"));
}

TEST(Scaling, IsAskedForByNameAlsoInExtends) {
  const EnergyTable table = load_table("eyeriss-65nm@45nm");
  EXPECT_EQ(table.name, "eyeriss-65nm@45nm-0.9V");
  EXPECT_NEAR(table.actions.at("noc_word_16b").energy_pJ, 0.634 * 1.062, 0.001);
  TestFolder folder;
  const auto extending = [&](const std::string& names) {
    return folder.write("t.yaml", "name: t\nextends: " + names + "\n");
  };
  EXPECT_THAT(input_error_of([&] { load_table(extending("horowitz-45nm + cacti7-65nm-hp")); }),
              HasSubstr("t.yaml:2: extends = 'horowitz-45nm + cacti7-65nm-hp': the tables are of different "
                        "nodes: scale one of them, as in cacti7-65nm-hp@45nm"));
  const EnergyTable mixed = load_table(extending("horowitz-45nm + cacti7-65nm-hp@45nm"));
  EXPECT_EQ(mixed.node_nm, 45);
  EXPECT_EQ(mixed.extended[1].name, "cacti7-65nm-hp@45nm-0.9V");
  EXPECT_EQ(mixed.files.size(), 3u);
}

}  // namespace
}  // namespace eyeshift
