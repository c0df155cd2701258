// The table eyeriss-65nm against what it was calibrated on, and against the script that calibrates it.

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <sstream>

#include "energy_tables/table.h"
#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using Json = nlohmann::json;

class Eyeriss65nm : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TestFolder;
    std::istringstream network(content_of(project_file("configs/networks/alexnet.yaml")));
    std::string convolutions;
    for (std::string line; std::getline(network, line);)
      if (line.find("name: FC") == std::string::npos) convolutions += line + "\n";
    const Outcome outcome =
        run_eyeshift({"simulate", "--accelerator", "eyeriss-v1", "--network",
                      folder_->write("convs.yaml", convolutions), "--scheme", "int16", "--bits", "16",
                      "--batch", "4", "--mapping", project_file("configs/mappings/eyeriss-jssc-alexnet.yaml"),
                      "--table", "eyeriss-65nm", "--format", "json", "--output", *folder_ / "run.json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    run_ = json_of(*folder_ / "run.json");
  }
  static void TearDownTestSuite() { delete folder_; }

  static Json layer(const std::string& name) {
    for (const Json& layer : run_["layers"])
      if (layer["name"] == name) return layer;
    ADD_FAILURE() << "no layer " << name;
    return {};
  }
  // Millijoules of the actions whose key begins with one of these.
  static double energy_mJ(const Json& layer, const std::vector<std::string>& prefixes) {
    double pJ = 0;
    for (const auto& [key, count] : layer["actions"].items())
      for (const std::string& prefix : prefixes)
        if (key.compare(0, prefix.size(), prefix) == 0)
          pJ += count.get<double>() * run_["tables"][0]["prices"][key].get<double>();
    return pJ * 1e-9;
  }

  static inline TestFolder* folder_ = nullptr;
  static inline Json run_;
};

TEST_F(Eyeriss65nm, IsWhatTheScriptPrints) {
  const std::string command = "python3 '" + project_file("energy_tables/calibrate_eyeriss_65nm.py") + "' '" +
                              *folder_ / "run.json" + "' > '" + *folder_ / "printed.yaml" + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const EnergyTable table = load_table("eyeriss-65nm"), printed = load_table(*folder_ / "printed.yaml");
  ASSERT_EQ(printed.actions.size(), table.actions.size());
  ASSERT_EQ(printed.components.size(), table.components.size());
  constexpr double kRounding = 1e-3;  // four digits
  for (const auto& [name, price] : printed.actions) {
    ASSERT_EQ(table.actions.count(name), 1u) << name;
    EXPECT_NEAR(table.actions.at(name).energy_pJ, price.energy_pJ, kRounding * price.energy_pJ) << name;
  }
  for (const auto& [name, cost] : printed.components) {
    ASSERT_EQ(table.components.count(name), 1u) << name;
    EXPECT_NEAR(table.components.at(name).area_um2, cost.area_um2, kRounding * cost.area_um2) << name;
  }
}

TEST_F(Eyeriss65nm, TheScriptRefusesOtherReports) {
  for (const char* bad : {"not json", "[]", R"({"layers": [{"name": "CONV1", "actions": {}}]})"}) {
    const std::string command = "python3 '" + project_file("energy_tables/calibrate_eyeriss_65nm.py") +
                                "' '" + folder_->write("bad.json", bad) + "' >/dev/null 2>'" +
                                *folder_ / "log" + "'";
    EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 2) << bad;
    EXPECT_THAT(content_of(*folder_ / "log"), testing::HasSubstr("is no report of this run"));
  }
}

// Fig. 16's shares times Table V's power and time, millijoules; but for the clock and top control, which
// follow the simulated time.
TEST_F(Eyeriss65nm, SpendsWhatTheCalibrationLayersSpent) {
  struct Category {
    std::vector<std::string> actions;
    double conv1_pct, conv5_pct, tolerance;
  };
  const Category categories[] = {
      {{"spad_"}, 42.5, 33.1, 0.002},  // two factors for two layers: exact but for rounding
      {{"control.active", "control.gated"}, 9.9, 9.4, 0.002},
      {{"multiply.", "add."}, 8.9, 3.0, 0.25},
      {{"glb_"}, 1.1, 2.9, 0.25},
      {{"noc_"}, 0.9, 2.2, 0.25},
      {{"fifo."}, 1.3, 2.3, 0.25},
      {{"io."}, 2.4, 1.8, 0.10},
  };
  const double conv1_mJ = 332e-3 * 20.9, conv5_mJ = 236e-3 * 10.5;
  for (const Category& category : categories) {
    const double conv1 = conv1_mJ * category.conv1_pct / 100, conv5 = conv5_mJ * category.conv5_pct / 100;
    EXPECT_NEAR(energy_mJ(layer("CONV1"), category.actions), conv1, category.tolerance * conv1)
        << category.actions[0];
    EXPECT_NEAR(energy_mJ(layer("CONV5"), category.actions), conv5, category.tolerance * conv5)
        << category.actions[0];
  }
}

TEST_F(Eyeriss65nm, ClockTakesTheChipsShareInEveryCycle) {
  const double clock_mW = energy_mJ(run_, {"clock."}) / run_["time_s"].get<double>();
  EXPECT_NEAR(clock_mW, (0.329 * 332 + 0.450 * 236) / 2, 0.5);
}

TEST_F(Eyeriss65nm, PricesEverythingAndLeavesDramOutOfThePower) {
  EXPECT_TRUE(run_["tables"][0]["not_priced"].empty());
  const Json conv1 = layer("CONV1");
  const double chip_mJ = conv1["energy_pJ"]["total"].get<double>() * 1e-9 - energy_mJ(conv1, {"dram."});
  EXPECT_GT(energy_mJ(conv1, {"dram."}), 0);
  EXPECT_NEAR(conv1["chip_power_mW"].get<double>(), chip_mJ / conv1["time_s"].get<double>(), 1e-6);
}

// Zeros of Table V, and the border's: of 39 x 39 meetings of filter and input in CONV3-5, 37 x 37 are real.
TEST_F(Eyeriss65nm, GatesZerosAndTheBorder) {
  const double real = 37.0 * 37 / (39 * 39);
  const std::map<std::string, double> zero_fractions = {
      {"CONV1", 0.0001}, {"CONV3", 1 - real * (1 - 0.725)}, {"CONV5", 1 - real * (1 - 0.776)}};
  for (const auto& [name, zeros] : zero_fractions) {
    const Json of = layer(name);
    const auto macs = of["macs"].get<int64_t>(), gated = of["gated_macs"].get<int64_t>();
    EXPECT_NEAR(static_cast<double>(gated), zeros * static_cast<double>(macs), 1) << name;
    EXPECT_EQ(of["actions"]["multiply.int16.weights"], macs - gated) << name;
    EXPECT_EQ(of["actions"]["spad_filter.read.weights"], macs - gated) << name;
    EXPECT_EQ(of["actions"]["spad_psum.read.psums"], macs) << name;
    EXPECT_EQ(of["actions"]["control.gated.pes"], gated) << name;
  }
}

}  // namespace
}  // namespace eyeshift
