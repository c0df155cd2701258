#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataflows/dataflow.h"
#include "models/pe/listed_units.h"
#include "models/pe/unit.h"
#include "sim/replay/replay.h"

namespace eyeshift {
namespace {

constexpr int64_t kLatency = 5;
// An element's way to a lane (tests/models/cycles_test.cpp): requested at 0, on the link at 1 + L, register
// 2 + L, bank 4 + L, read 5 + L, queue 6 + L, flit 7 + L. No weights are waited for.
constexpr int64_t kFirstElement = 8 + kLatency;
constexpr int64_t kOut = 4;  // from a lane's result to DRAM

// Both clocks run at the same speed, a DRAM burst is a beat, a bank of the global buffer a word.
AcceleratorConfig lanes(int cols) {
  AcceleratorConfig config;
  config.name = "by hand";
  config.clocks = {1000000, 1000000};
  config.array.rows = 1;
  config.array.cols = cols;
  config.array.units = {"mac-fp16"};
  config.spad_words = {16, 8, 16, 0};
  config.noc_bits = {64, 16, 64, 64, 64};
  config.glb = {8, 2, 64, 64, true};
  config.dram = {64, static_cast<int>(kLatency), 8};
  return config;
}

ReplayJob job_of(const std::string& operation, int64_t elements, const Mapping& mapping) {
  ReplayJob job;
  job.shape = {"work", 1, 1, 1};
  job.encoding.scheme = operation;
  job.encoding.coding = Coding::none;
  job.encoding.bits = 0;
  job.tokens = elements;
  job.unit = "vector-fp16";
  job.dataflow = "output-stationary";
  job.mapping = mapping;
  return job;
}

LayerResult run(const std::string& operation, int64_t elements, int cols, const Mapping& mapping) {
  return replay(lanes(cols), {job_of(operation, elements, mapping)}, 1).front().result;
}

constexpr int64_t kRmsNorm = 4, kLayerNorm = 6, kSoftmax = 12;  // cycles an element, docs/machine/attention.md

TEST(Vector, AnElementTakesItsOperationsCycles) {
  const Mapping one{1, 1, 1, 1, 1, 1, 1};
  for (const auto& [operation, cycles] :
       {std::pair{"rms_norm", kRmsNorm}, {"layer_norm", kLayerNorm}, {"softmax", kSoftmax}}) {
    const LayerResult result = run(operation, 1, 1, one);
    EXPECT_EQ(result.cycles, kFirstElement + cycles + kOut) << operation;
    EXPECT_EQ(result.busy_pe_cycles, cycles + 1) << operation;  // and the result's way out
  }
}

TEST(Vector, ALaneTakesOneElementAfterTheOther) {
  // The first result goes out in the cycle in which its element is done, the next element begins after it.
  EXPECT_EQ(run("rms_norm", 2, 1, {1, 2, 1, 1, 1, 1, 1}).cycles, kFirstElement + 2 * kRmsNorm + 1 + kOut);
}

TEST(Vector, LanesShareTheInputNetwork) {
  // The network brings an element a cycle: the second lane begins and ends a cycle later.
  EXPECT_EQ(run("rms_norm", 2, 2, {1, 2, 2, 1, 1, 1, 1}).cycles, kFirstElement + 1 + kRmsNorm + kOut);
}

TEST(Vector, CountsOperationsAndNoWeights) {
  const LayerResult result = run("softmax", 6, 2, {1, 6, 2, 1, 1, 1, 1});
  const ActionCounts& n = result.actions;
  EXPECT_EQ(n[Action::multiply_fp16_weights], 8 * 6);
  EXPECT_EQ(n[Action::add_fp32_psums], 10 * 6);
  EXPECT_EQ(n[Action::spad_input_read_inputs], 6);
  EXPECT_EQ(n[Action::noc_input_deliver_inputs], 6);
  EXPECT_EQ(n[Action::dram_read_inputs], 16);    // 12 bytes in bursts of 8
  EXPECT_EQ(n[Action::dram_write_outputs], 16);  // likewise
  for (const Action none :
       {Action::dram_read_weights, Action::dram_read_scales, Action::glb_filter_read_weights,
        Action::noc_filter_deliver_weights, Action::spad_filter_read_weights})
    EXPECT_EQ(n[none], 0) << kActionInfo[static_cast<size_t>(none)].key;
}

TEST(Vector, FastForwardChangesNothing) {
  for (const int64_t elements : {1, 13, 500, 4096}) {
    const AcceleratorConfig machine = lanes(3);
    ReplayJob job = job_of("layer_norm", elements, {});
    job.mapping = Registry<Dataflow>::instance()
                      .find(job.dataflow, "dataflow")
                      .mappings(job.shape, job.encoding, elements, machine, job.unit)
                      .front()
                      .mapping;
    EXPECT_EQ(job.mapping.e, std::min<int64_t>(elements, 3));
    const LayerResult fast = replay(machine, {job}, 1).front().result;
    job.fast_forward = false;
    const LayerResult full = replay(machine, {job}, 1).front().result;
    EXPECT_EQ(fast.cycles, full.cycles) << elements;
    EXPECT_EQ(fast.actions, full.actions) << elements;
    EXPECT_EQ(full.actions[Action::multiply_fp16_weights], 4 * elements);
  }
}

TEST(Vector, WorksInTheFp16LanesAndHasNoPartsOfItsOwn) {
  AcceleratorConfig machine = lanes(4);
  machine.array.units = {"lut", "mac-fp16"};
  machine.array.fp16_lanes = 2;
  const ReplayJob job = job_of("rms_norm", 1000, {});
  for (const MappingEstimate& estimate : Registry<Dataflow>::instance()
                                             .find(job.dataflow, "dataflow")
                                             .mappings(job.shape, job.encoding, 1000, machine, job.unit))
    EXPECT_LE(estimate.mapping.e, 2);
  EXPECT_THAT(listed_unit_names(), testing::Contains("mac-fp16"));
  EXPECT_THAT(listed_unit_names(), testing::Not(testing::Contains("vector-fp16")));
}

TEST(Vector, ManyElementsAreMappedAtOnce) {
  const ReplayJob job = job_of("softmax", int64_t{1} << 36, {});
  EXPECT_FALSE(Registry<Dataflow>::instance()
                   .find(job.dataflow, "dataflow")
                   .mappings(job.shape, job.encoding, job.tokens, lanes(14), job.unit)
                   .empty());
}

TEST(Vector, RefusesWhatItCannotDo) {
  const Unit& unit = Registry<Unit>::instance().find("vector-fp16", "unit");
  Encoding encoding;
  EXPECT_NE(unit.cannot_run(encoding, lanes(1)), std::nullopt);
  encoding.coding = Coding::none;
  encoding.scheme = "gelu";
  EXPECT_THAT(unit.cannot_run(encoding, lanes(1)).value_or(""), testing::HasSubstr("not 'gelu'"));
  encoding.scheme = "softmax";
  EXPECT_EQ(unit.cannot_run(encoding, lanes(1)), std::nullopt);
}

}  // namespace
}  // namespace eyeshift
