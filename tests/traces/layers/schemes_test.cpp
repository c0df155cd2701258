#include <gmock/gmock.h>

#include <cmath>

#include "tests/traces/decoders/tiny_opt.h"
#include "traces/decoders/family.h"
#include "traces/format/trace_file.h"
#include "traces/layers/assign_bits.h"
#include "traces/layers/gram.h"
#include "traces/layers/quantized_layer.h"
#include "traces/layers/stage_effect.h"
#include "traces/quantizers/decoded_matrix.h"
#include "traces/run/quantize_network.h"

// What schemes decide by a layer's place in its network.

namespace eyeshift {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;

class NetworkSchemes : public ::testing::Test {
 protected:
  NetworkSchemes() { testing::TinyOpt().write(folder_.path()); }

  std::unique_ptr<Network> load() const { return load_network(folder_.path()); }

  Trace quantize(const std::string& scheme, const QuantizeOptions& options = {}, int threads = 1) const {
    const auto network = load();
    return quantize_network(*network, scheme, options, calibration_, "random", {}, threads);
  }

  std::vector<Network::State> states(const Network& network) const {
    std::vector<Network::State> all;
    for (size_t window = 0; window < 6; ++window)
      all.push_back(network.embed(calibration_.data() + 32 * window, 32));
    return all;
  }

  testing::TemporaryFolder folder_;
  const Tokens calibration_ = testing::random_tokens(32 * 6, 5);
};

TEST_F(NetworkSchemes, StageEffectIsSeenInTheOutputsOfTheStageAfter) {
  const auto network = load();
  const auto windows = states(*network);
  const StageEffect effect(*network, 0, windows, 2);
  Linear& keys = network->layers()[1];
  EXPECT_EQ(effect.error(1, keys.weights.use()->cast<double>()), 0.0);
  const Activations halved = *keys.weights.use() / 2;
  const auto attention_output = [&](const Network::State& state) {
    Network::State next = state;
    network->advance(0, network->run_layers(0, state), next);
    return apply(network->layers()[3], next.inputs);
  };
  std::vector<Activations> before;
  for (const auto& state : windows) before.push_back(attention_output(state));
  const double error = effect.error(1, halved.cast<double>());
  keys.weights = halved;
  double expected = 0;
  for (size_t i = 0; i < windows.size(); ++i)
    expected += (attention_output(windows[i]) - before[i]).cast<double>().squaredNorm();
  EXPECT_GT(expected, 0);
  EXPECT_NEAR(error, expected, 1e-6 * expected);
}

TEST_F(NetworkSchemes, AdadimChoosesQueriesKeysAndValuesByTheAttentionOutput) {
  const Trace trace = quantize("adadim");
  const auto network = load();
  const auto windows = states(*network);
  const StageEffect effect(*network, 0, windows, 1);
  for (const size_t index : {0, 1, 2}) {  // earlier ones stay quantized while later ones choose
    Linear& linear = network->layers()[index];
    const Eigen::MatrixXd W = linear.weights.use()->cast<double>();
    double errors[2];
    for (const bool by_input : {false, true}) {
      Calibration calibration;
      calibration.gram = Eigen::MatrixXd::Identity(linear.shape.K, linear.shape.K);
      calibration.tokens = 1;
      // AdaDim's own rounding, forced to one dimension.
      int calls = 0;
      calibration.output_error = [&](const Eigen::MatrixXd&) {
        return (calls++ == 0) == by_input ? 0.0 : 1.0;
      };
      const Layer layer = Registry<Quantizer>::instance()
                              .find("adadim", "scheme")
                              .quantize(linear.shape, W, calibration, QuantizeOptions{});
      ASSERT_EQ(layer.encoding.group_cols == 1, by_input);
      errors[by_input] = effect.error(index, decoded_matrix(layer));
    }
    EXPECT_EQ(trace.layers[index].encoding.group_cols == 1, errors[1] < errors[0]) << index;
    set_weights(linear, std::make_shared<const Layer>(trace.layers[index]));
  }
}

TEST_F(NetworkSchemes, AwqDividesSharedInputsOnce) {
  const Trace trace = quantize("awq");
  EXPECT_EQ(trace.layers[0].input_scales, trace.layers[1].input_scales);
  EXPECT_EQ(trace.layers[0].input_scales, trace.layers[2].input_scales);
  EXPECT_NE(trace.layers[0].input_scales, trace.layers[3].input_scales);
}

TEST_F(NetworkSchemes, ThreadsChangeNothing) {
  for (const char* scheme : {"adadim", "awq", "obq", "quip", "shiftaddllm-column", "shiftaddllm-mixed"}) {
    const auto bytes = [&](int threads) {
      write_trace(folder_ / "t", quantize(scheme, {}, threads));
      return testing::read_bytes(folder_ / "t");
    };
    EXPECT_EQ(bytes(1), bytes(3)) << scheme;
  }
}

TEST_F(NetworkSchemes, MixedBitsKeepTheirBudget) {
  for (const bool per_layer : {false, true}) {
    for (const double average : {2.0, 2.4, 3.5, 4.0}) {
      QuantizeOptions options;
      options.average_bits = average;
      options.bits_per_layer = per_layer;
      const Trace trace = quantize("shiftaddllm-mixed", options);
      double bits = 0, counted = 0;
      for (size_t i = 0; i < 12; ++i) {
        const Layer& layer = trace.layers[i];
        const double count = per_layer ? 1.0 : static_cast<double>(layer.shape.K * layer.shape.M);
        bits += count * layer.encoding.bits;
        counted += count;
      }
      EXPECT_LE(bits, average * counted * (1 + 1e-9));
      EXPECT_GE(bits, (average - 0.35) * counted) << "the budget is used";
    }
  }
}

TEST(AssignBits, SpendsOnSensitiveLayers) {
  std::vector<LayerSensitivity> layers;
  for (int i = 0; i < 6; ++i) {
    const double criterion = i == 2 ? 8 : std::exp2(-i);
    layers.push_back(
        {{"layer" + std::to_string(i), 8, 8, 1}, criterion, {criterion, criterion / 4, criterion / 16}});
  }
  QuantizeOptions options;
  options.average_bits = 2.5;
  EXPECT_THAT(assign_bits(layers, options), ElementsAre(3, 2, 4, 2, 2, 2));
  options.average_bits = 1.9;
  EXPECT_THAT(error_of([&] { assign_bits(layers, options); }), HasSubstr("at least 2"));
  for (const LayerSensitivity& layer : layers) options.bit_costs[layer.shape.name] = {{2, 1}, {3, 2}, {4, 9}};
  options.budget = 8;
  EXPECT_THAT(assign_bits(layers, options), ElementsAre(3, 2, 3, 2, 2, 2));
  options.budget = 5;
  EXPECT_THAT(error_of([&] { assign_bits(layers, options); }), HasSubstr("--budget 5: 2 bits"));
  options.bit_costs["layer4"].erase(3);
  EXPECT_THAT(error_of([&] { assign_bits(layers, options); }), HasSubstr("no cost of 3 bits"));
  options.bit_costs.erase("layer4");
  EXPECT_THAT(error_of([&] { assign_bits(layers, options); }), HasSubstr("'layer4' has no costs"));
}

// A layer whose error its criterion does not foretell.
TEST(AssignBits, MeasuredErrorsDoWithoutTheCriterion) {
  std::vector<LayerSensitivity> layers;
  for (int i = 0; i < 8; ++i) {
    const double error = i == 5 ? 100 : 1 + 0.01 * i;
    layers.push_back({{"layer" + std::to_string(i), 8, 8, 1}, std::exp2(i), {error, error / 4, error / 16}});
  }
  QuantizeOptions options;
  options.average_bits = 2.25;
  options.measured_errors = true;
  EXPECT_THAT(assign_bits(layers, options), ElementsAre(2, 2, 2, 2, 2, 4, 2, 2));
  options.measured_errors = false;
  EXPECT_NE(assign_bits(layers, options)[5], 4);
}

}  // namespace
}  // namespace eyeshift
