#include "traces/quantizers/feedback/incoherence.h"

#include <gmock/gmock.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "tests/support/test_files.h"
#include "tests/traces/quantizers/support.h"
#include "traces/format/rotate.h"
#include "traces/format/trace_file.h"
#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"

// Random rotations, QuIP, and ShiftAddLLM with them.

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing_support::calibration_of;
using testing_support::decoded;
using testing_support::quantize;
using testing_support::random_matrix;
using testing_support::relative_output_error;
using testing_support::single_precision;

class IncoherenceTest : public ::testing::Test {
 protected:
  IncoherenceTest() {
    W(3, 17) = 9;  // weights and inputs that stand out
    X.row(11) *= 12;
  }
  MatrixXd W = random_matrix(24, 60, 1);
  MatrixXd X = random_matrix(60, 9, 2) * random_matrix(9, 100, 3) + 0.3 * random_matrix(60, 100, 4);
  const LayerShape shape{"layer", 60, 24, 1};
};

TEST(Rotation, FactorsAreAsNearAsTheyCanBe) {
  EXPECT_EQ(rotation_factors(4096), std::pair(int64_t{64}, int64_t{64}));
  EXPECT_EQ(rotation_factors(768), std::pair(int64_t{24}, int64_t{32}));
  EXPECT_EQ(rotation_factors(13), std::pair(int64_t{1}, int64_t{13}));
  EXPECT_EQ(rotation_factors(1), std::pair(int64_t{1}, int64_t{1}));
}

TEST_F(IncoherenceTest, RotationsAreKroneckerProductsInAnOrderAndOrthogonal) {
  const Rotation Q = make_incoherent(shape, W, calibration_of(X), 5).rotate_inputs;
  const MatrixXd dense = rotate(Q, MatrixXd::Identity(60, 60));
  for (int i = 0; i < 60; ++i)
    for (int j = 0; j < 60; ++j)
      EXPECT_DOUBLE_EQ(dense(i, Q.order[j]),
                       static_cast<double>(Q.left[i / 10 * 6 + j / 10]) * Q.right[i % 10 * 10 + j % 10]);
  EXPECT_LT((dense.transpose() * dense - MatrixXd::Identity(60, 60)).cwiseAbs().maxCoeff(), 2e-3);  // halves
  EXPECT_LT((rotate_back(Q, random_matrix(60, 3, 6)) - dense.transpose() * random_matrix(60, 3, 6)).norm(),
            1e-12);
}

TEST_F(IncoherenceTest, OrdersArePermutationsOfTheirOwn) {
  const auto orders = [&](int64_t K, int64_t M, uint64_t seed) {
    const MatrixXd weights = random_matrix(M, K, 1);
    const IncoherentLayer layer =
        make_incoherent({"layer", K, M, 1}, weights, calibration_of(random_matrix(K, 9, 2)), seed);
    return std::pair(layer.rotate_inputs.order, layer.rotate_outputs.order);
  };
  std::set<std::vector<int32_t>> seen;
  for (const uint64_t seed : {0, 1, 2}) {
    auto [inputs, outputs] = orders(60, 60, seed);
    seen.insert({inputs, outputs});
    std::sort(inputs.begin(), inputs.end());
    for (int32_t i = 0; i < 60; ++i) EXPECT_EQ(inputs[static_cast<size_t>(i)], i);
  }
  EXPECT_EQ(seen.size(), 6u);
  EXPECT_EQ(orders(60, 24, 1).first, orders(60, 7, 1).first);
  // Every one of the six orders of three is as likely: 600 seeds' mean is 100, its deviation 9.
  std::map<std::vector<int32_t>, int> counts;
  for (uint64_t seed = 0; seed < 600; ++seed) ++counts[orders(3, 2, seed).first];
  EXPECT_EQ(counts.size(), 6u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 100, 40);
}

TEST_F(IncoherenceTest, KeepsOutputsAndSpreadsWeights) {
  const IncoherentLayer layer = make_incoherent(shape, W, calibration_of(X), 7);
  const VectorXd s = Eigen::Map<const Eigen::VectorXf>(layer.input_scales.data(), 60).cast<double>();
  const MatrixXd inputs = rotate(layer.rotate_inputs, s.cwiseInverse().asDiagonal() * X);
  const MatrixXd outputs = rotate_back(layer.rotate_outputs, layer.W * inputs);
  EXPECT_LT((outputs - W * X).norm(), 2e-3 * (W * X).norm());
  // H is that of the rotated inputs, normalised to a mean diagonal of 1, plus 0.01.
  MatrixXd H = inputs * inputs.transpose();
  H = H * 60 / H.trace() + 0.01 * MatrixXd::Identity(60, 60);
  EXPECT_LT((layer.calibration.gram * (2.0 / 100) - H).norm(), 5e-3 * H.norm());
  // diag H and diag W^T W are balanced by s, before the rotation.
  for (int k = 1; k < 60; ++k) {
    const auto ratio = [&](int i) {
      return X.row(i).squaredNorm() / std::pow(s(i), 4) / W.col(i).squaredNorm();
    };
    EXPECT_NEAR(ratio(k) / ratio(0), 1, 1e-4);
  }
  const auto peak = [](const MatrixXd& A) { return A.cwiseAbs().maxCoeff() / A.norm(); };
  EXPECT_LT(peak(layer.W), 0.7 * peak(W));
}

// LDLQ as published, from the first column on: H = (R + I) D (R + I)^T with R strictly upper triangular,
// column k is rounded after the errors of the original weights before it times column k of R are added.
MatrixXd ldlq(const MatrixXd& W, const MatrixXd& H, const std::function<double(double)>& round) {
  const MatrixXd lower = Eigen::LLT<MatrixXd>(H.reverse()).matrixL();
  const MatrixXd upper = lower.reverse();
  MatrixXd quantized = W;
  for (int64_t k = 0; k < W.cols(); ++k) {
    const VectorXd R = upper.col(k).head(k) / upper(k, k);
    const VectorXd w = W.col(k) + (W - quantized).leftCols(k) * R;
    quantized.col(k) = w.unaryExpr(round);
  }
  return quantized;
}

class RoundingCoder : public ColumnCoder {
 public:
  RoundingCoder(int64_t M, int64_t K, const std::function<double(double)>& round)
      : quantized(M, K), round_(round) {}
  void begin_group(int64_t, int64_t, const Eigen::Ref<const MatrixXd>&) override {}
  void code_column(int64_t position, int64_t, Eigen::Ref<VectorXd> weights) override {
    quantized.col(position) = weights = weights.unaryExpr(round_).eval();
  }
  MatrixXd quantized;

 private:
  std::function<double(double)> round_;
};

TEST_F(IncoherenceTest, LdlqFromTheFirstColumnEqualsGptq) {
  const DampedHessian hessian = damped_hessian(shape, calibration_of(X));
  const auto round = [](double w) { return std::nearbyint(4 * w) / 4; };
  const ColumnOrder order = natural_order(60, 60);
  RoundingCoder gptq(24, 60, round);
  code_with_feedback(W, feedback_matrix(shape, hessian.H, order), order, &gptq);
  EXPECT_TRUE(gptq.quantized == ldlq(W, hessian.H, round));
}

TEST_F(IncoherenceTest, QuipIsLdlqFromTheLastInputOnOneGrid) {
  for (const int bits : {2, 4}) {
    QuantizeOptions options = single_precision(bits);
    options.seed = 3;
    const Layer layer = quantize("quip", W, calibration_of(X), options);
    const IncoherentLayer incoherent = make_incoherent(shape, W, calibration_of(X), 3);
    ASSERT_EQ(layer.scales.size(), 1u);
    const double most = (1 << bits) - 1, rms = std::sqrt(incoherent.W.squaredNorm() / (24 * 60));
    EXPECT_FLOAT_EQ(layer.scales.front(), static_cast<float>(2 * 2.4 * rms / most));
    const double scale = layer.scales.front();
    const MatrixXd H = damped_hessian(shape, incoherent.calibration).H;
    const double reach = scale * most / 2;
    const MatrixXd clamped = incoherent.W.cwiseMax(-reach).cwiseMin(reach);
    ASSERT_GT((incoherent.W - clamped).norm(), 0);
    const MatrixXd quantized = ldlq(clamped.rowwise().reverse(), H.reverse(), [&](double w) {
      return scale * (std::clamp(std::floor(w / scale + most / 2 + 0.5), 0.0, most) - most / 2);
    });
    Layer rotated = layer;
    rotated.encoding.inputs = InputForm::plain;
    EXPECT_LT((decoded(rotated) - quantized.rowwise().reverse()).cwiseAbs().maxCoeff(), 1e-6 * scale);
  }
}

TEST_F(IncoherenceTest, RotatedTracesComeBackFromTheirFile) {
  testing::TemporaryFolder folder;
  for (const char* scheme : {"quip", "shiftaddllm-column", "awq", "msfp"}) {
    QuantizeOptions options;
    options.incoherence = true;
    Trace trace{"network", scheme, 3, "inputs", {quantize(scheme, W, calibration_of(X), options)}};
    write_trace(folder / "trace", trace);
    const Layer read = read_trace(folder / "trace").layers.front();
    EXPECT_TRUE(read.encoding == trace.layers.front().encoding) << scheme;
    EXPECT_TRUE(decoded(read) == decoded(trace.layers.front())) << scheme;
    const std::string bytes = testing::read_bytes(folder / "trace");
    write_trace(folder / "again", read_trace(folder / "trace"));
    EXPECT_EQ(testing::read_bytes(folder / "again"), bytes) << scheme;
  }
}

TEST_F(IncoherenceTest, OrdersThatAreNoneAreRefused) {
  testing::TemporaryFolder folder;
  const Layer layer = quantize("quip", W, calibration_of(X), {});
  const auto error = [&](Layer changed) {
    write_trace(folder / "trace", {"network", "quip", 3, "inputs", {std::move(changed)}});
    try {
      read_trace(folder / "trace");
    } catch (const InputError& refused) {
      return std::string(refused.what());
    }
    return std::string();
  };
  EXPECT_EQ(error(layer), "");
  Layer beyond = layer;
  beyond.rotate_inputs.order[7] = 61;
  EXPECT_THAT(error(beyond), AllOf(HasSubstr("rotate_inputs.order'"),
                                   HasSubstr("element 7 is 61, an order is a permutation of 0 to 59")));
  Layer twice = layer;
  twice.rotate_outputs.order[9] = twice.rotate_outputs.order[2];
  EXPECT_THAT(error(twice),
              AllOf(HasSubstr("rotate_outputs.order'"), HasSubstr("element 9"), HasSubstr("once more")));
}

TEST_F(IncoherenceTest, SeedsMatterAndRepeat) {
  for (const char* scheme : {"quip", "shiftaddllm-column"}) {
    QuantizeOptions options;
    options.incoherence = true;
    const auto weights = [&](uint64_t seed) {
      options.seed = seed;
      return decoded(quantize(scheme, W, calibration_of(X), options));
    };
    EXPECT_TRUE(weights(1) == weights(1)) << scheme;
    EXPECT_FALSE(weights(1) == weights(2)) << scheme;
  }
}

TEST_F(IncoherenceTest, ShiftAddLlmCodesTheRotatedLayer) {
  QuantizeOptions options;
  options.incoherence = true;
  const Layer layer = quantize("shiftaddllm-column", W, calibration_of(X), options);
  const IncoherentLayer incoherent = make_incoherent(shape, W, calibration_of(X), 0);
  options.incoherence = false;
  const Layer inner = quantize("shiftaddllm-column", incoherent.W, incoherent.calibration, options);
  EXPECT_EQ(layer.planes, inner.planes);
  EXPECT_EQ(layer.pot, inner.pot);
  EXPECT_LT(relative_output_error(W, decoded(layer), X), 0.02);
}

}  // namespace
}  // namespace eyeshift
