#include "sim/report/report_csv.h"

#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "tests/support/sample_run.h"

namespace eyeshift {
namespace {

using Row = std::map<std::string, std::string>;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) c == ',' ? void(fields.emplace_back()) : fields.back().push_back(c);
  return fields;
}

// Rows by their columns' names; the sample's fields hold no comma.
std::vector<Row> rows_of(const std::string& csv) {
  std::istringstream stream(csv);
  std::string line;
  std::getline(stream, line);
  const std::vector<std::string> names = fields_of(line);
  std::vector<Row> rows;
  while (std::getline(stream, line)) {
    const std::vector<std::string> fields = fields_of(line);
    EXPECT_EQ(fields.size(), names.size());
    Row& row = rows.emplace_back();
    for (size_t i = 0; i < names.size(); ++i) row[names[i]] = fields[i];
  }
  return rows;
}

std::vector<RunReport> two_runs() {
  RunReport one = sample_run(), other = sample_run();
  other.tokens = 4;
  other.accelerator.array.cols = 7;
  other.accelerator.array.units = {"lut"};
  std::vector<RunReport> runs = {one, other};
  for (RunReport& run : runs) price(run, {default_table(), load_table("horowitz-cacti-45nm-lpddr4")});
  return runs;
}

TEST(ReportCsv, QuantitiesOfLayersAddUpToTheRuns) {
  const std::vector<RunReport> runs = two_runs();
  const std::vector<Row> layers = rows_of(runs_csv(runs)), wholes = rows_of(runs_csv(runs, CsvLevel::run));
  ASSERT_EQ(layers.size(), 2u * 2 * 2);  // runs, tables, layers
  ASSERT_EQ(wholes.size(), 2u * 2);
  size_t compared = 0;
  for (const Row& whole : wholes)
    for (const auto& [name, value] : whole) {
      const bool sums_up = name == "count" || name == "macs" || name == "cycles" || name == "time_s" ||
                           name == "busy_pe_cycles" || name.rfind("energy_", 0) == 0 ||
                           name.rfind("action_", 0) == 0 || name.rfind("dram_", 0) == 0;
      if (!sums_up) continue;
      double sum = 0;
      for (const Row& layer : layers)
        if (layer.at("tokens") == whole.at("tokens") && layer.at("table") == whole.at("table"))
          sum += std::stod(layer.at(name));
      EXPECT_NEAR(sum, std::stod(value), 1e-12 * sum) << name;
      ++compared;
    }
  EXPECT_GT(compared, 4u * 80);
}

TEST(ReportCsv, RowsCountAlikeLayersAndSayWhatOneIs) {
  const std::vector<Row> rows = rows_of(runs_csv(two_runs()));
  const Row& row = rows[1];  // the sample's second layer: three of 2000 cycles, 4096 MACs and 10 us
  EXPECT_EQ(row.at("layer"), "second");
  EXPECT_EQ(row.at("count"), "3");
  EXPECT_EQ(row.at("cycles"), "6000");
  EXPECT_EQ(row.at("one_layer_cycles"), "2000");
  EXPECT_EQ(row.at("macs"), "12288");
  EXPECT_DOUBLE_EQ(std::stod(row.at("time_s")), 30e-6);
  EXPECT_DOUBLE_EQ(std::stod(row.at("one_layer_time_s")), 10e-6);
  EXPECT_EQ(row.at("one_layer_bound_by"), "dram");
}

TEST(ReportCsv, RowsSayWhatTheyAreOf) {
  const std::vector<Row> rows = rows_of(runs_csv(two_runs()));
  const Row& row = rows[0];
  const Row expected = {{"network", "sample"},
                        {"scheme", "bcq"},
                        {"bits", "3"},
                        {"unit", "lut"},
                        {"tokens", "2"},
                        {"batch", "1"},
                        {"context", ""},
                        {"K", "64"},
                        {"M", "32"},
                        {"C", ""},
                        {"mapping_m", "32"},
                        {"mapping_n", "2"},
                        {"mapping_e", "1"},
                        {"mapping_p", "4"},
                        {"mapping_q", "8"},
                        {"mapping_r", "12"},
                        {"mapping_t", "14"},
                        {"table", "horowitz-cacti-45nm"},
                        {"layer_unit", "lut"},
                        {"layer_tokens", "2"},
                        {"dataflow", "row-stationary"}};
  for (const auto& [name, value] : expected) EXPECT_EQ(row.at(name), value) << name;
  EXPECT_EQ(rows[2].at("table"), "horowitz-cacti-45nm-lpddr4");
}

TEST(ReportCsv, OnlyParametersThatDifferAreColumns) {
  const std::vector<Row> rows = rows_of(runs_csv(two_runs(), CsvLevel::run));
  EXPECT_EQ(rows[0].at("array.cols"), "14");
  EXPECT_EQ(rows[2].at("array.cols"), "7");
  EXPECT_EQ(rows[2].at("array.units"), "lut");
  EXPECT_EQ(rows[0].count("array.rows"), 0u);
  EXPECT_EQ(rows_of(runs_csv({two_runs().front()})).front().count("array.cols"), 0u);
}

TEST(ReportCsv, EveryTableHasItsOwnEnergyAndArea) {
  const std::vector<RunReport> runs = two_runs();
  const std::vector<Row> rows = rows_of(runs_csv(runs, CsvLevel::run));
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_DOUBLE_EQ(std::stod(rows[i].at("energy_total_pJ")), runs[0].tables[i].energy.total);
    EXPECT_DOUBLE_EQ(std::stod(rows[i].at("area_total_um2")), runs[0].tables[i].area.total_um2);
  }
  EXPECT_NE(rows[0].at("energy_total_pJ"), rows[1].at("energy_total_pJ"));
}

TEST(ReportCsv, ConvolutionsHaveTheirShape) {
  RunReport run = sample_run();
  run.layers[0].shape.conv = Convolution{8, 9, 4, 3, 2, 2};
  price(run, {default_table()});
  const Row row = rows_of(runs_csv({run})).front();
  const Row expected = {{"C", "8"}, {"H", "9"}, {"R", "4"}, {"stride", "3"}, {"pad", "2"}, {"groups", "2"}};
  for (const auto& [name, value] : expected) EXPECT_EQ(row.at(name), value) << name;
}

}  // namespace
}  // namespace eyeshift
