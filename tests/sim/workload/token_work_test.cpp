#include "sim/workload/token_work.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "models/pe/listed_units.h"
#include "sim/report/report_csv.h"
#include "sim/report/report_json.h"
#include "sim/report/report_text.h"
#include "sim/simulate.h"
#include "tests/support/files.h"
#include "tests/support/sample_run.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;

// Two blocks, 4 heads of 8 that share 2 caches, a norm a block.
NetworkConfig small() {
  NetworkConfig network;
  network.name = "small";
  network.layers = {{"k_proj", 32, 16, 2}, {"v_proj", 32, 16, 2}};
  network.attention = AttentionShape{4, 2, 8, 2};
  network.norms = {{"norm", NormKind::rms_norm, 32, 2}};
  return network;
}

SimulateTask task_of(int64_t context, int64_t tokens, int64_t batch) {
  SimulateTask task{specialised(default_accelerator(), "mac-fp16"), workload_of(small(), "fp16", {}), {}};
  task.options.tokens = tokens;
  task.options.batch = batch;
  task.options.context = context;
  return task;
}

RunReport run_of(int64_t context, int64_t tokens, int64_t batch) {
  return simulate({task_of(context, tokens, batch)}, {default_table()}, 2).front();
}

const LayerReport& layer_named(const RunReport& run, const std::string& name) {
  return *std::find_if(run.layers.begin(), run.layers.end(),
                       [&](const LayerReport& layer) { return layer.shape.name == name; });
}

TEST(TokenWork, CountsProductsSoftmaxAndNormsOfEverySequence) {
  const std::vector<WorkItem> work = token_work(workload_of(small(), "fp16", {}), 10, 3, 5);
  ASSERT_EQ(work.size(), 4u);
  const auto expect = [&](size_t i, const char* name, LayerKind kind, int64_t K, int64_t M, int64_t count,
                          int64_t tokens) {
    EXPECT_EQ(work[i].shape.name, name);
    EXPECT_EQ(work[i].kind, kind) << name;
    EXPECT_EQ(work[i].shape.K, K) << name;
    EXPECT_EQ(work[i].shape.M, M) << name;
    EXPECT_EQ(work[i].shape.count, count) << name;
    EXPECT_EQ(work[i].tokens, tokens) << name;
  };
  // 2 caches x 2 blocks x 5 sequences; 3 tokens of the 2 heads that share a cache.
  expect(0, "attention.qk", LayerKind::attention, 8, 10, 2 * 2 * 5, 3 * 2);
  expect(1, "softmax", LayerKind::vector, 1, 1, 2, 4 * 3 * 5 * 10);
  expect(2, "attention.av", LayerKind::attention, 10, 8, 2 * 2 * 5, 3 * 2);
  expect(3, "norm", LayerKind::vector, 1, 1, 2, 32 * 3 * 5);
  EXPECT_EQ(work[3].encoding.scheme, "rms_norm");

  Workload windowed = workload_of(small(), "fp16", {});
  windowed.attention->window = 4;
  EXPECT_EQ(token_work(windowed, 10, 3, 5)[1].tokens, 4 * 3 * 5 * (4 + 3 - 1));
}

TEST(TokenWork, AContextAddsItsWorkToTheLinearLayersAlone) {
  const RunReport alone = run_of(0, 1, 1), whole = run_of(64, 1, 1);
  EXPECT_EQ(sums(whole, LayerKind::linear).cycles, sums(alone).cycles);
  EXPECT_EQ(sums(whole, LayerKind::linear).actions, sums(alone).actions);
  EXPECT_DOUBLE_EQ(sums(whole, LayerKind::linear).energy.total, sums(alone).energy.total);
  EXPECT_EQ(kinds_of(alone), std::vector<LayerKind>{LayerKind::linear});
  EXPECT_EQ(kinds_of(whole),
            (std::vector<LayerKind>{LayerKind::linear, LayerKind::attention, LayerKind::vector}));
  RunSums parts;
  for (const LayerKind kind : kinds_of(whole)) {
    parts.cycles += sums(whole, kind).cycles;
    parts.actions.add(sums(whole, kind).actions);
    parts.energy.add(sums(whole, kind).energy);
  }
  EXPECT_EQ(parts.cycles, sums(whole).cycles);
  EXPECT_EQ(parts.actions, sums(whole).actions);
  EXPECT_NEAR(parts.energy.total / whole.tables.front().energy.total, 1, 1e-12);
  // q K^T and a V of 4 heads, 8 wide, 64 positions, 2 blocks; softmax and norm have no products.
  EXPECT_EQ(sums(whole, LayerKind::attention).macs, 2 * 4 * 8 * 64 * 2);
  EXPECT_EQ(sums(whole, LayerKind::vector).macs, 0);
  EXPECT_DOUBLE_EQ(whole.bits_per_weight, alone.bits_per_weight);
}

TEST(TokenWork, WorksInTheLanesWhateverTheUnitAskedFor) {
  SimulateTask task = task_of(64, 1, 1);
  task.accelerator = default_accelerator();
  const RunReport run = simulate({task}, {default_table()}, 2).front();
  EXPECT_EQ(layer_named(run, "attention.av").unit, "mac-fp16");
  EXPECT_EQ(layer_named(run, "softmax").unit, "vector-fp16");
  EXPECT_LE(layer_named(run, "softmax").result.active_pes, task.accelerator.array.fp16_lanes);
}

TEST(TokenWork, TheKvCacheIsReadByAttentionAndWrittenByTheProjections) {
  // K and V, 2 bytes, 2 blocks, 2 caches a sequence, 64 positions of 8: every tile ends within a burst of 64
  // bytes, and one token reads each cache once.
  const int64_t stored = 2 * 2 * 2 * 2 * 64 * 8;
  const KvCacheBytes one = kv_cache_bytes(run_of(64, 1, 1));
  EXPECT_GE(one.read, stored);
  EXPECT_LT(one.read, stored + stored / 4);
  EXPECT_EQ(one.written, stored / 64);
  const RunReport batch = run_of(64, 2, 3);
  EXPECT_EQ(kv_cache_bytes(batch).written, 2 * 3 * stored / 64);
  // What k_proj and v_proj write, up to the rounding to bursts.
  const int64_t projections = 2 * layer_named(batch, "k_proj").result.actions[Action::dram_write_outputs] +
                              2 * layer_named(batch, "v_proj").result.actions[Action::dram_write_outputs];
  EXPECT_EQ(projections, 2 * 3 * stored / 64);
  EXPECT_EQ(kv_cache_bytes(run_of(0, 1, 1)).read, 0);
}

TEST(TokenWork, ATokenMayAttendItselfAlone) {
  const RunReport run = run_of(1, 1, 1);
  EXPECT_EQ(sums(run, LayerKind::attention).macs, 2 * 4 * 8 * 2);
  EXPECT_EQ(layer_named(run, "softmax").tokens, 4);
}

TEST(TokenWork, ReportsReadBack) {
  RunReport run = run_of(16, 2, 3);
  const Json json = Json::parse(dump(to_json(run)));
  EXPECT_EQ(json["context"], 16);
  EXPECT_EQ(json["kv_cache_bytes"]["read"], kv_cache_bytes(run).read);
  EXPECT_EQ(json["sums"]["attention"]["cycles"], sums(run, LayerKind::attention).cycles);
  EXPECT_EQ(json["layers"][2]["kind"], "attention");
  EXPECT_EQ(json["layers"][3]["kind"], "vector");
  RunReport read = run_from_json(json);
  price(read, {default_table()});
  EXPECT_EQ(dump(to_json(read)), dump(to_json(run)));

  const auto refusal = [&](const char* pointer, const Json& value) {
    Json bad = json;
    bad[Json::json_pointer(pointer)] = value;
    return input_error_of([&] { run_from_json(bad); });
  };
  EXPECT_THAT(refusal("/context", nullptr), HasSubstr("'context' is null"));
  EXPECT_THAT(refusal("/context", 1), HasSubstr("'context'"));  // fewer than its tokens
  EXPECT_THAT(refusal("/layers/3/kind", "tensor"), HasSubstr("unknown 'kind' 'tensor'"));
  EXPECT_THAT(refusal("/layers/3/kind", "linear"), HasSubstr("'softmax'"));
  EXPECT_THAT(refusal("/layers/2/kind", "vector"), HasSubstr("'attention.qk'"));
  EXPECT_THAT(refusal("/layers/3/macs", 1), HasSubstr("'macs'"));
}

TEST(TokenWork, TextAndCsvTellThePartsApart) {
  const RunReport run = run_of(16, 1, 1);
  EXPECT_THAT(run_text(run),
              testing::AllOf(HasSubstr("at context 16"), HasSubstr("all linear"), HasSubstr("all attention"),
                             HasSubstr("all vector"), HasSubstr("KV cache: ")));
  EXPECT_THAT(comparison_text({run}), testing::AllOf(HasSubstr("context 16"), HasSubstr("linear ms")));
  EXPECT_THAT(runs_csv({run}), testing::AllOf(HasSubstr(",kind,"), HasSubstr(",softmax,vector,")));
  EXPECT_THAT(run_text(run_of(0, 1, 1)), testing::Not(HasSubstr("all linear")));
}

TEST(TokenWork, RefusesWhatCannotBe) {
  const auto error = [](const SimulateTask& task) {
    return input_error_of([&] { simulate({task}, {default_table()}, 1); });
  };
  EXPECT_THAT(error(task_of(4, 5, 1)), HasSubstr("must be at least the 5 new tokens"));
  SimulateTask task = task_of(4, 1, 1);
  task.workload.attention.reset();
  EXPECT_THAT(error(task), HasSubstr("network 'small' states no attention"));
  task = task_of(4, 1, 1);
  task.accelerator = specialised(default_accelerator(), "lut");
  task.accelerator.array.units = {"lut"};
  EXPECT_THAT(error(task), HasSubstr("has no mac-fp16"));
}

}  // namespace
}  // namespace eyeshift
