#include <gmock/gmock.h>

#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

// A simulated layer, and what other tables make of it.
class PriceTables : public testing::Test {
 protected:
  void SetUp() override {
    const Outcome outcome = run_eyeshift(
        {"simulate", "--force", "--accelerator", "eyeriss-168", "--network",
         folder_.write("n.yaml", "name: n\nlayers:\n  - {name: fc, type: linear, K: 192, M: 64}\n"),
         "--scheme", "fp16", "--tokens", "8", "--output", folder_ / "run.json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    run_ = json_of(folder_ / "run.json");
  }

  Json priced(const std::string& table) {
    const Outcome outcome = run_eyeshift({"price", "--force", "--result", folder_ / "run.json", "--table",
                                          table, "--output", folder_ / "priced.json"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json_of(folder_ / "priced.json");
  }
  std::string refused(const std::string& table) {
    const Outcome outcome =
        run_eyeshift({"price", "--force", "--result", folder_ / "run.json", "--table", table});
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    return outcome.err;
  }

  TestFolder folder_;
  Json run_;
};

TEST_F(PriceTables, ALayersEnergyIsCountsTimesPrices) {
  ASSERT_EQ(run_["layers"].size(), 1u);
  const Json& layer = run_["layers"][0];
  const Json& table = run_["tables"][0];
  double pJ = table["leakage_mW"].get<double>() * layer["time_s"].get<double>() * 1e9;
  for (const auto& [action, count] : layer["actions"].items())
    pJ += count.get<double>() * table["prices"].at(action).get<double>();
  EXPECT_GT(layer["actions"]["multiply.fp16.weights"].get<int64_t>(), 0);
  EXPECT_NEAR(layer["energy_pJ"]["total"].get<double>(), pJ, 1e-12 * pJ);
}

TEST_F(PriceTables, AUsersOwnTablePricesAFinishedRun) {
  const std::string own = folder_.write("own.yaml",
                                        "name: own\nextends: horowitz-cacti-45nm-lstp\nactions:\n"
                                        "  dram_byte: {energy_pJ: 1000, source: measured}\n");
  const Json report = priced(own);
  EXPECT_EQ(report["tables"][0]["name"], "own");
  const Json& actions = run_["layers"][0]["actions"];
  double bytes = 0;
  for (const char* action : {"dram.read.weights", "dram.read.inputs", "dram.write.outputs"})
    bytes += actions[action].get<double>();
  const double more = report["layers"][0]["energy_pJ"]["total"].get<double>() -
                      run_["layers"][0]["energy_pJ"]["total"].get<double>();
  EXPECT_NEAR(more, bytes * (1000 - 110), 1e-6 * more);
}

TEST_F(PriceTables, AnAccelergyTablePricesAFinishedRun) {
  folder_.write("ERT.yaml",
                "ERT:\n  version: '0.4'\n  tables:\n"
                "  - {name: chip.glb, actions: [{name: read, energy: 18}, {name: write, energy: 14}]}\n"
                "  - {name: chip.DRAM, actions: [{name: access, energy: 512}]}\n");
  const std::string own =
      folder_.write("own.yaml",
                    "name: own\nextends: horowitz-cacti-45nm-lstp\naccelergy:\n  ert: ERT.yaml\n  actions:\n"
                    "    glb_read: {class: glb, action: read}\n    glb_write: {class: glb, action: write}\n"
                    "    dram_byte: {class: DRAM, action: access, bits: 64}\n");
  const Json report = priced(own);
  const Json& prices = report["tables"][0]["prices"];
  EXPECT_EQ(prices["glb_filter.read.weights"], 18);
  EXPECT_EQ(prices["glb_shared.write.inputs"], 14);
  EXPECT_EQ(prices["dram.read.weights"], 64);
  EXPECT_EQ(prices["multiply.fp16.weights"], 1.1);
  // The table and what it reads are no outputs.
  const Outcome over = run_eyeshift({"price", "--force", "--result", folder_ / "run.json", "--table", own,
                                     "--output", folder_ / "ERT.yaml"});
  EXPECT_EQ(over.status, 2);
  EXPECT_THAT(content_of(folder_ / "ERT.yaml"), HasSubstr("version"));
}

TEST_F(PriceTables, EveryCompleteTablePricesIt) {
  for (const char* table :
       {"horowitz-cacti-45nm-ddr3", "horowitz-cacti-45nm-gddr5", "horowitz-cacti-45nm-hbm2",
        "horowitz-cacti-45nm-dram20", "shiftaddllm-table1-45nm", "shiftaddllm-estimator-45nm",
        "shiftaddnet-45nm", "eyeriss-65nm", "horowitz-cacti-45nm-lstp@16nm"})
    EXPECT_GT(priced(table)["energy_pJ"]["total"].get<double>(), 0) << table;
}

TEST_F(PriceTables, WhatATableLacksIsNamed) {
  EXPECT_THAT(refused("aladdin-40nm"), AllOf(HasSubstr("action multiply.fp16.weights has no energy"),
                                             HasSubstr("'aladdin-40nm' has no action 'multiply_fp16'")));
  EXPECT_THAT(refused("horowitz-45nm"), HasSubstr("energy table 'horowitz-45nm' has no"));
  EXPECT_THAT(refused("aladdin-40nm@16nm"), HasSubstr("no node of 40 nm"));
}

}  // namespace
}  // namespace eyeshift
