#include "traces/network/weights.h"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>

#include "base/parallel.h"
#include "tests/traces/decoders/tiny_opt.h"
#include "traces/decoders/family.h"
#include "traces/format/trace_file.h"
#include "traces/layers/quantized_layer.h"
#include "traces/network/perplexity.h"
#include "traces/run/partial_trace.h"
#include "traces/run/quantize_network.h"

// What of a network is in memory, and when.

namespace eyeshift {
namespace {

using testing::random_tokens;
using testing::TemporaryFolder;
using testing::TinyOpt;

// The most bytes of weights that were in memory at any time that a layer was at work.
std::atomic<int64_t> most_bytes{0};

void look() {
  const int64_t now = Weights::bytes_in_memory();
  int64_t before = most_bytes;
  while (before < now && !most_bytes.compare_exchange_weak(before, now)) {
  }
}

class LookingQuantizer : public Quantizer {
 public:
  std::string_view summary() const override { return "rounds, and looks at the memory"; }
  bool assigns_bits() const override { return true; }
  Encoding encoding(const LayerShape&, const QuantizeOptions&) const override {
    Encoding encoding;
    encoding.scheme = "test-looking";
    return encoding;
  }
  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    look();
    Layer layer =
        Registry<Quantizer>::instance().find("fp16", "scheme").quantize(shape, W, calibration, options);
    layer.encoding = encoding(shape, options);
    return layer;
  }
};

const Registration<Quantizer, LookingQuantizer> registration("test-looking");

int64_t bytes_of_stage(const Network& network, size_t stage) {
  int64_t bytes = 0;
  for (const size_t layer : network.stages()[stage])
    bytes += network.layers()[layer].shape.K * network.layers()[layer].shape.M * 4;
  return bytes;
}

int64_t largest_stage(const Network& network) {
  int64_t largest = 0;
  for (size_t stage = 0; stage < network.stages().size(); ++stage)
    largest = std::max(largest, bytes_of_stage(network, stage));
  return largest;
}

TEST(Weights, AreReadWhileSomeoneUsesThemAndOnce) {
  std::atomic<int> reads{0};
  const int64_t before = Weights::bytes_in_memory();
  const Weights weights([&] {
    ++reads;
    return Activations(Activations::Constant(3, 5, 2.0f));
  });
  const Weights same = weights;
  EXPECT_EQ(Weights::bytes_in_memory(), before);
  {
    const Weights::Matrix used = weights.use();
    parallel_for(20, 4, [&](size_t) { EXPECT_EQ((*same.use())(2, 4), 2.0f); });
    EXPECT_EQ(reads, 1);
    EXPECT_EQ(Weights::bytes_in_memory(), before + 60);
  }
  EXPECT_EQ(Weights::bytes_in_memory(), before);
  same.use();
  EXPECT_EQ(reads, 2);
  {
    const Weights kept(Activations::Constant(2, 2, 1.0f));
    EXPECT_EQ(Weights::bytes_in_memory(), before + 16);
  }
  EXPECT_EQ(Weights::bytes_in_memory(), before);
}

class Streaming : public ::testing::Test {
 protected:
  Streaming() {
    TinyOpt opt;
    // In shards, as large networks come: a file a tensor's initial.
    nlohmann::json index;
    std::map<std::string, std::vector<TensorView>> shards;
    for (const auto& [name, tensor] : opt.tensors) {
      const std::string shard = "model-" + std::to_string(name.size() % 3) + ".safetensors";
      index["weight_map"][name] = shard;
      shards[shard].push_back({name, DType::f32, tensor.shape, tensor.values.data()});
    }
    for (const auto& [shard, views] : shards) write_safetensors(folder_ / shard, views, {});
    testing::write_bytes(folder_ / "model.safetensors.index.json", index.dump());
    opt.write_config(folder_.path());
    most_bytes = 0;
  }

  // Looks at every product of a layer.
  static void watch(Network& network) {
    for (Linear& linear : network.layers()) linear.round_inputs = [](Activations&) { look(); };
  }

  TemporaryFolder folder_;
  const Tokens tokens_ = random_tokens(32 * 6, 3);
};

TEST_F(Streaming, QuantizationHoldsTheWeightsOfOneStage) {
  const int64_t before = Weights::bytes_in_memory();
  const auto network = load_network(folder_.path());
  EXPECT_EQ(Weights::bytes_in_memory(), before) << "loading reads none";
  watch(*network);
  const QuantizeJob job{"test-looking", {}, tokens_, "random"};
  const auto store = std::make_shared<PartialTrace>(folder_ / "trace", identity(job, "tiny", ""), false,
                                                    [](const std::string&) {});
  const Trace trace = quantize_network(
      *network, job, store, [](const QuantizeStep&) { look(); }, 2);
  EXPECT_GT(most_bytes, before);
  EXPECT_LE(most_bytes, before + largest_stage(*network));
  EXPECT_EQ(Weights::bytes_in_memory(), before);
  for (const Layer& layer : trace.layers) EXPECT_TRUE(layer.weight.empty()) << "the trace holds no tensors";
  store->finish(trace);
  EXPECT_FALSE(read_trace(folder_ / "trace").layers.front().weight.empty());
}

TEST_F(Streaming, PerplexityHoldsTheWeightsOfOneStage) {
  const int64_t before = Weights::bytes_in_memory();
  const auto network = load_network(folder_.path());
  write_trace(folder_ / "trace", quantize_network(*network, "gptq", {}, tokens_, "random"));
  apply_trace(*network, std::make_shared<const TraceFile>(folder_ / "trace"));
  watch(*network);
  perplexity(*network, tokens_, 32, 2);
  EXPECT_GT(most_bytes, before);
  EXPECT_LE(most_bytes, before + largest_stage(*network));
  EXPECT_EQ(Weights::bytes_in_memory(), before);
}

TEST_F(Streaming, BatchesOfWindowsChangeNothing) {
  const auto network = load_network(folder_.path());
  const Tokens text = random_tokens(32 * 2100, 8);  // more than one batch
  const Perplexity all = perplexity(*network, text, 32, 2);
  double sum = 0;
  for (const auto& [first, count] : {std::pair<size_t, size_t>{0, 1000}, {1000, 1100}}) {
    const Tokens part(text.begin() + static_cast<int64_t>(32 * first),
                      text.begin() + static_cast<int64_t>(32 * (first + count)));
    const Perplexity result = perplexity(*network, part, 32, 1);
    sum += result.nll * static_cast<double>(result.tokens);
    EXPECT_TRUE(first > 0 || result.logits == all.logits);
  }
  EXPECT_EQ(all.tokens, 2100 * 31);
  EXPECT_NEAR(all.nll, sum / static_cast<double>(all.tokens), 1e-12);
}

}  // namespace
}  // namespace eyeshift
