#include "traces/run/quantize_network.h"

#include <gmock/gmock.h>

#include <cmath>
#include <mutex>

#include "base/numbers/half.h"
#include "tests/traces/decoders/tiny_opt.h"
#include "traces/decoders/family.h"
#include "traces/format/trace_file.h"
#include "traces/layers/gram.h"
#include "traces/layers/quantized_layer.h"
#include "traces/network/perplexity.h"
#include "traces/quantizers/decoded_matrix.h"
#include "traces/run/quantize_matrix.h"
#include "traces/tensor_io/npy.h"

namespace eyeshift {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::random_tokens;
using testing::TemporaryFolder;
using testing::TinyOpt;

// Halves every weight, so that its effect on later layers is large, and remembers what it was given.
class HalvingQuantizer : public Quantizer {
 public:
  std::string_view summary() const override { return "halves every weight"; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    if (options.bits > 16) throw InputError("--bits " + std::to_string(options.bits) + " for " + shape.name);
    Encoding encoding;
    encoding.scheme = "test-halving";
    return encoding;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    const std::lock_guard<std::mutex> lock(mutex);
    seen[shape.name] = calibration;
    Layer layer;
    layer.encoding = encoding(shape, options);
    for (Eigen::Index m = 0; m < W.rows(); ++m)
      for (Eigen::Index k = 0; k < W.cols(); ++k)
        layer.weight.push_back(half_from_float(static_cast<float>(W(m, k) / 2)));
    return layer;
  }

  static inline std::mutex mutex;
  static inline std::map<std::string, Calibration> seen;
};

const Registration<Quantizer, HalvingQuantizer> registration("test-halving");

class QuantizeNetwork : public ::testing::Test {
 protected:
  QuantizeNetwork() {
    TinyOpt().write(folder_.path());
    HalvingQuantizer::seen.clear();
  }

  std::unique_ptr<Network> load() const { return load_network(folder_.path()); }

  TemporaryFolder folder_;
  const Tokens calibration_ = random_tokens(32 * 6, 5);
  const Tokens evaluation_ = random_tokens(32 * 4, 6);
};

TEST_F(QuantizeNetwork, EachLayerSeesWhatTheQuantizedLayersBeforeItProduce) {
  const auto network = load();
  quantize_network(*network, "test-halving", {}, calibration_, "random");
  std::vector<Network::State> states;
  for (size_t window = 0; window < 6; ++window)
    states.push_back(network->embed(calibration_.data() + 32 * window, 32));
  ASSERT_EQ(HalvingQuantizer::seen.size(), 12u) << "lm_head is not quantized";
  for (size_t stage = 0; stage + 1 < network->stages().size(); ++stage) {
    const Eigen::MatrixXd gram = gram_of_inputs(states, 1);
    for (const size_t layer : network->stages()[stage]) {
      const std::string& name = network->layers()[layer].shape.name;
      EXPECT_TRUE(HalvingQuantizer::seen.at(name).gram == gram) << name;
      EXPECT_EQ(HalvingQuantizer::seen.at(name).sequences, 6) << name;
      EXPECT_EQ(HalvingQuantizer::seen.at(name).tokens, 32 * 6);
    }
    for (auto& state : states) network->advance(stage, network->run_layers(stage, state), state);
  }
}

TEST_F(QuantizeNetwork, KeepsTheHeadAndFillsInTheErrors) {
  const auto network = load();
  std::vector<size_t> progress;
  const Trace trace =
      quantize_network(*network, "test-halving", {}, calibration_, "random", [&](const QuantizeStep& step) {
        EXPECT_EQ(step.total, 13u);
        progress.push_back(step.index);
      });
  ASSERT_EQ(trace.layers.size(), 13u);
  EXPECT_EQ(progress.size(), 13u);
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
  EXPECT_EQ(trace.scheme, "test-halving");
  EXPECT_EQ(trace.calibration, "random");
  for (size_t i = 0; i < 12; ++i) {
    const Layer& layer = trace.layers[i];
    EXPECT_EQ(layer.shape.name, network->layers()[i].shape.name);
    EXPECT_NEAR(layer.rel_out, 0.25, 1e-3) << "half the weights leave half the output";
    EXPECT_EQ(layer.tokens, 8);
    EXPECT_EQ(layer.x.size(), static_cast<size_t>(8 * layer.shape.K));
  }
  const Layer& head = trace.layers.back();
  EXPECT_EQ(head.shape.name, "lm_head");
  EXPECT_EQ(head.encoding.scheme, "fp16");
  EXPECT_LT(head.rel_out, 1e-6);
  EXPECT_GT(head.rel_out, 0) << "the checkpoint is in single precision";
}

TEST_F(QuantizeNetwork, SampleHoldsTheInputsTheLayerSaw) {
  const auto network = load();
  const Trace trace = quantize_network(*network, "test-halving", {}, calibration_, "random");
  const Network::State state = network->embed(calibration_.data(), 32);
  const Layer& first = trace.layers.front();
  for (int64_t k = 0; k < first.shape.K; ++k)
    for (int64_t token = 0; token < 8; ++token)
      ASSERT_EQ(first.x[static_cast<size_t>(k * 8 + token)], half_from_float(state.inputs(4 * token, k)));
}

TEST_F(QuantizeNetwork, TraceGivesTheQuantizedNetworksPerplexityExactly) {
  const double original = perplexity(*load(), evaluation_, 32).nll;
  for (const std::string& scheme : Registry<Quantizer>::instance().names()) {
    const auto quantized = load();
    QuantizeOptions options;
    options.bits = Registry<Quantizer>::instance().find(scheme, "scheme").fixed_bits().value_or(3);
    write_trace(folder_ / "trace", quantize_network(*quantized, scheme, options, calibration_, "random"));
    const auto replayed = load();
    apply_trace(*replayed, read_trace(folder_ / "trace"));
    const double nll = perplexity(*quantized, evaluation_, 32).nll;
    EXPECT_EQ(perplexity(*replayed, evaluation_, 32).nll, nll) << scheme;
    EXPECT_NE(nll, original) << scheme;
  }
}

TEST_F(QuantizeNetwork, Int8RoundsTheInputsToo) {
  const auto network = load();
  QuantizeOptions options;
  options.bits = 8;
  quantize_network(*network, "int8", options, calibration_, "random");
  const double with_inputs = perplexity(*network, evaluation_, 32).nll;
  EXPECT_FALSE(network->layers().back().round_inputs) << "lm_head computes in half precision";
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_TRUE(network->layers()[i].round_inputs);
    network->layers()[i].round_inputs = nullptr;
  }
  EXPECT_NE(perplexity(*network, evaluation_, 32).nll, with_inputs);
}

TEST_F(QuantizeNetwork, ThreadsChangeNothing) {
  const auto bytes_with = [&](int threads) {
    QuantizeOptions options;
    options.bits = 3;
    const auto network = load();
    write_trace(folder_ / "t",
                quantize_network(*network, "gptq", options, calibration_, "random", {}, threads));
    return testing::read_bytes(folder_ / "t");
  };
  const std::string one = bytes_with(1);
  EXPECT_EQ(bytes_with(2), one);
  EXPECT_EQ(bytes_with(5), one);
}

TEST_F(QuantizeNetwork, UsesAtMost128WindowsOfALongText) {
  const auto network = load();
  quantize_network(*network, "test-halving", {}, random_tokens(32 * 300, 7), "random");
  EXPECT_EQ(HalvingQuantizer::seen.begin()->second.tokens, 32 * 128);
  quantize_network(*network, "test-halving", {}, random_tokens(7, 8), "random");
  EXPECT_EQ(HalvingQuantizer::seen.begin()->second.tokens, 7);
}

TEST_F(QuantizeNetwork, RefusesUnknownSchemesAndOptionsAtOnce) {
  const auto network = load();
  EXPECT_THAT(error_of([&] { quantize_network(*network, "magic", {}, calibration_, ""); }),
              HasSubstr("unknown scheme 'magic': known are"));
  QuantizeOptions options;
  options.bits = 17;
  EXPECT_THAT(error_of([&] { quantize_network(*network, "test-halving", options, calibration_, ""); }),
              HasSubstr("--bits 17"));
  EXPECT_TRUE(HalvingQuantizer::seen.empty());
}

TEST_F(QuantizeNetwork, RefusesHeadsBeyondHalfPrecision) {
  TinyOpt opt;
  opt.config["tie_word_embeddings"] = false;
  opt.tensors["lm_head.weight"] = opt.tensors.at("model.decoder.embed_tokens.weight");
  opt.tensors["lm_head.weight"].values[17] = 65520.0f;
  opt.write(folder_.path());
  const auto network = load();
  EXPECT_THAT(error_of([&] { quantize_network(*network, "test-halving", {}, calibration_, ""); }),
              HasSubstr("layer 'lm_head': weight [1, 1] = 65520"));
}

TEST_F(QuantizeNetwork, TraceMustFitTheNetwork) {
  const auto network = load();
  Trace trace = quantize_network(*network, "test-halving", {}, calibration_, "random");
  Trace changed = trace;
  changed.layers.pop_back();
  EXPECT_THAT(error_of([&] { apply_trace(*network, changed); }), HasSubstr("'lm_head' of network"));
  changed = trace;
  changed.layers.push_back(changed.layers.front());
  changed.layers.back().shape.name = "extra";
  EXPECT_THAT(error_of([&] { apply_trace(*network, changed); }),
              HasSubstr("layer 'extra' is not in network"));
  changed = trace;
  std::swap(changed.layers[4].shape.K, changed.layers[4].shape.M);
  EXPECT_THAT(error_of([&] { apply_trace(*network, changed); }),
              HasSubstr("is [16, 24] in the trace and [24, 16]"));
}

TEST(Gram, IsTheProductInAnyTiling) {
  std::vector<Network::State> states(3);
  testing::Random random(9);
  const Eigen::Index K = 300;
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(K, K);
  for (auto& state : states) {
    state.inputs.resize(40, K);
    for (Eigen::Index i = 0; i < state.inputs.size(); ++i) state.inputs.data()[i] = random.normal();
    state.inputs.col(200).setZero();
    const Eigen::MatrixXd X = state.inputs.cast<double>();
    expected += X.transpose() * X;
  }
  const Eigen::MatrixXd gram = gram_of_inputs(states, 1);
  EXPECT_LT((gram - expected).cwiseAbs().maxCoeff(), 1e-6 * expected.maxCoeff());
  EXPECT_TRUE(gram == gram.transpose());
  EXPECT_EQ(gram.col(200).cwiseAbs().sum(), 0.0) << "a dead channel is exactly zero";
  EXPECT_TRUE(gram == gram_of_inputs(states, 4)) << "threads change the result";
}

class QuantizeMatrix : public ::testing::Test {
 protected:
  QuantizeMatrix() {
    W_ = write("W.npy", 12, 16, 1);
    X_ = write("X.npy", 16, 10, 2);
    test_ = write("T.npy", 16, 20, 3);
  }

  Eigen::MatrixXd write(const std::string& name, Eigen::Index rows, Eigen::Index columns, uint32_t seed,
                        double factor = 1) {
    testing::Random random(seed);
    std::vector<double> values(static_cast<size_t>(rows * columns));
    for (double& value : values) value = factor * static_cast<double>(random.normal());
    write_npy(folder_ / name, {rows, columns}, values.data());
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const RowMajor>(values.data(), rows, columns);
  }

  TemporaryFolder folder_;
  Eigen::MatrixXd W_, X_, test_;
};

TEST_F(QuantizeMatrix, MeasuresBothErrors) {
  QuantizeOptions options;
  options.bits = 3;
  const Trace trace =
      quantize_matrix(folder_ / "W.npy", folder_ / "X.npy", folder_ / "T.npy", "rtn-oc", options);
  ASSERT_EQ(trace.layers.size(), 1u);
  const Layer& layer = trace.layers.front();
  EXPECT_EQ(layer.shape.M, 12);
  EXPECT_EQ(layer.shape.K, 16);
  const Eigen::MatrixXd difference = W_ - decoded_matrix(layer);
  const auto relative = [&](const Eigen::MatrixXd& X) {
    return (difference * X).squaredNorm() / (W_ * X).squaredNorm();
  };
  EXPECT_NEAR(layer.rel_out, relative(X_), 1e-12);
  EXPECT_NEAR(layer.rel_out_test, relative(test_), 1e-12);
  EXPECT_NEAR(layer.w_err, difference.squaredNorm(), 1e-12);
  EXPECT_GT(layer.rel_out, 1e-4);
  EXPECT_EQ(layer.x.size(), 16u * 8u);
  const Trace without = quantize_matrix(folder_ / "W.npy", folder_ / "X.npy", {}, "rtn-oc", options);
  EXPECT_TRUE(std::isnan(without.layers.front().rel_out_test));
}

TEST_F(QuantizeMatrix, ScalesThatOverflowNameTheLayer) {
  write("W.npy", 12, 16, 1, 1e9);
  EXPECT_THAT(error_of([&] { quantize_matrix(folder_ / "W.npy", folder_ / "X.npy", {}, "rtn-oc", {}); }),
              HasSubstr("layer 'weight': a scale of "));
}

TEST_F(QuantizeMatrix, AnErrorBeyondDoublePrecisionIsNotZero) {
  write("W.npy", 12, 16, 1, 1e30);
  write("X.npy", 16, 10, 2, 1e140);
  QuantizeOptions options;
  options.scale_bits = 32;
  const Trace trace = quantize_matrix(folder_ / "W.npy", folder_ / "X.npy", {}, "rtn-oc", options);
  EXPECT_TRUE(std::isnan(trace.layers.front().rel_out)) << trace.layers.front().rel_out;
}

TEST_F(QuantizeMatrix, RefusesInputsThatDoNotFit) {
  write("X.npy", 15, 10, 4);
  EXPECT_THAT(error_of([&] { quantize_matrix(folder_ / "W.npy", folder_ / "X.npy", {}, "rtn-oc", {}); }),
              HasSubstr("X.npy: inputs [15, 10] do not fit weights of 16 columns"));
  EXPECT_THAT(error_of([&] { quantize_matrix(folder_ / "no.npy", folder_ / "X.npy", {}, "rtn-oc", {}); }),
              HasSubstr("no.npy: cannot be read"));
  EXPECT_THAT(error_of([&] { quantize_matrix(folder_ / "W.npy", folder_ / "X.npy", {}, "magic", {}); }),
              HasSubstr("unknown scheme 'magic'"));
}

}  // namespace
}  // namespace eyeshift
