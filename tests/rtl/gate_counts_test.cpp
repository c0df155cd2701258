// rtl/gate_counts.csv, as it is committed, and the table gates-45nm that is made of it.

#include <gmock/gmock.h>

#include <map>

#include "energy_tables/memory.h"
#include "models/pe/unit.h"
#include "tests/rtl/rtl_files.h"

namespace eyeshift {
namespace {

using Row = std::map<std::string, double>;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  return cells;
}

// Module -> column -> number.
std::map<std::string, Row> gate_counts() {
  std::istringstream lines(content_of(rtl_file("gate_counts.csv")));
  std::map<std::string, Row> rows;
  std::vector<std::string> columns;
  for (std::string line; std::getline(lines, line);) {
    if (line[0] == '#') continue;
    const std::vector<std::string> cells = split(line);
    if (columns.empty()) {
      columns = cells;
      continue;
    }
    EXPECT_EQ(cells.size(), columns.size()) << line;
    for (size_t i = 1; i < columns.size(); ++i) rows[cells[0]][columns[i]] = std::stod(cells.at(i));
  }
  return rows;
}

double nand2_equivalents(const std::string& module) {
  const Row row = gate_counts().at(module);
  return row.at("logic") + row.at("storage");
}

// Areas in um2 of the NanGate 45 nm Open Cell Library's cells of drive strength X1.
constexpr double kNand2 = 0.798;
const std::map<std::string, double> kLogic_um2 = {
    {"NOT", 0.532},  {"NAND", 0.798}, {"NOR", 0.798}, {"AOI3", 1.064}, {"OAI3", 1.064},
    {"AOI4", 1.330}, {"OAI4", 1.330}, {"XOR", 1.596}, {"XNOR", 1.596}, {"MUX", 1.862}};
const std::map<std::string, double> kStorage_um2 = {{"DFFE_PP", 4.522 + 1.862}, {"DLATCH_P", 2.660}};

double weighed(const Row& row, const std::map<std::string, double>& cells) {
  double um2 = 0;
  for (const auto& [cell, area] : cells) um2 += row.at(cell) * area;
  return um2 / kNand2;
}

TEST(GateCounts, AreOfEveryModule) {
  std::vector<std::string> names;
  for (const auto& [name, row] : gate_counts()) names.push_back(name);
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(top_modules()));
}

TEST(GateCounts, AreTheCellsWeighedByTheLibrary) {
  for (const auto& [name, row] : gate_counts()) {
    EXPECT_NEAR(row.at("logic"), weighed(row, kLogic_um2), 0.06) << name;
    EXPECT_NEAR(row.at("storage"), weighed(row, kStorage_um2), 0.06) << name;
  }
}

TEST(GateCounts, StoreWhatTheTablesHold) {
  for (const auto& [name, row] : gate_counts()) {
    const bool table = name.rfind("lut", 0) == 0, latches = name.find("latches") != std::string::npos;
    const double bits = !table ? 0 : 16 * (name.find("128") != std::string::npos ? 128 : 256);
    EXPECT_EQ(row.at("DFFE_PP"), latches ? 0 : bits) << name;
    EXPECT_EQ(row.at("DLATCH_P"), latches ? bits : 0) << name;
  }
}

TEST(GateCounts, AreTheAreasOfTheTable) {
  const EnergyTable table = load_table("gates-45nm");
  for (const char* component :
       {"multiplier_fp32", "multiplier_fp16", "multiplier_int32", "multiplier_int16", "multiplier_int8",
        "adder_fp32", "adder_fp16", "adder_int32", "adder_int16", "adder_int8", "shifter_int32",
        "shifter_int16", "shifter_int8", "exponent_adder"}) {
    const double area = nand2_equivalents(component) * kNand2;
    EXPECT_NEAR(component_row(table, component).area_um2, area, 1e-4 * area) << component;
  }
  const double bit = nand2_equivalents("lut_table_256") / 4096 * kNand2;
  EXPECT_NEAR(component_row(table, "register_bit").area_um2, bit, 1e-4 * bit);
  // Aladdin's register, brought from 40 to 45 nm, is another source for the same.
  EXPECT_NEAR(component_row(load_table("horowitz-cacti-45nm-lstp"), "register_bit").area_um2, bit,
              0.05 * bit);
}

// What the area model assumes: a unit is as large as its parts.
TEST(GateCounts, OfAUnitAreThoseOfItsParts) {
  const EnergyTable table = load_table("gates-45nm");
  AcceleratorConfig::Array array;
  array.accumulator = Accumulator::fp32;
  for (const auto& [unit, module] : {std::pair{"mac-fp16", "mac_fp16"},
                                     {"mac-int8", "mac_int8"},
                                     {"dequant-mac", "dequant_mac"},
                                     {"shift-add", "shift_add"}}) {
    double parts = 0;
    for (const std::string& part : Registry<Unit>::instance().find(unit, "unit").parts(array).pe)
      parts += component_row(table, part).area_um2;
    EXPECT_NEAR(nand2_equivalents(module) * kNand2 / parts, 1, 0.2) << unit;
  }
}

TEST(GateCounts, SayWhatASymmetricTableSaves) {
  EXPECT_NEAR(nand2_equivalents("lut_table_128") / nand2_equivalents("lut_table_256"), 0.5, 0.02);
  EXPECT_NEAR(nand2_equivalents("lut_table_128_latches") / nand2_equivalents("lut_table_256_latches"), 0.5,
              0.02);
}

}  // namespace
}  // namespace eyeshift
