#include <gmock/gmock.h>

#include "base/errors.h"
#include "tests/traces/quantizers/support.h"
#include "traces/quantizers/uniform/rounding.h"
#include "traces/quantizers/uniform/uniform_layer.h"

// AWQ and AdaDim.

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing_support::calibration_of;
using testing_support::decoded;
using testing_support::quantize;
using testing_support::random_matrix;
using testing_support::relative_output_error;
using testing_support::single_precision;

class ChosenByOutputs : public ::testing::TestWithParam<int> {
 protected:
  MatrixXd inputs(uint64_t seed) const {
    MatrixXd X =
        random_matrix(48, 6, seed) * random_matrix(6, 70, seed + 1) + 0.1 * random_matrix(48, 70, seed + 2);
    X.row(7) *= 20;  // a channel that stands out
    return X;
  }
  double error(const std::string& scheme, const MatrixXd& W, const MatrixXd& X,
               QuantizeOptions options) const {
    options.bits = GetParam();
    return relative_output_error(W, decoded(quantize(scheme, W, calibration_of(X), options)), X);
  }
};

TEST_P(ChosenByOutputs, AdadimIsNeverWorseThanEitherDimension) {
  bool by_input = false, by_output = false;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    MatrixXd W = random_matrix(32, 48, seed + 100);
    if (seed % 2 == 0) W.row(3) *= 8;
    if (seed % 2 == 1) W.col(7) *= 8;
    const MatrixXd X = inputs(seed);
    for (const int64_t group_size : {0, 16}) {
      QuantizeOptions options;
      options.group_size = group_size;
      const double adadim = error("adadim", W, X, options);
      EXPECT_LE(adadim, error("rtn-oc", W, X, options) * (1 + 1e-12));
      EXPECT_LE(adadim, error("rtn-ic", W, X, options) * (1 + 1e-12));
    }
    const bool columns = quantize("adadim", W, calibration_of(X), {}).encoding.group_rows > 1;
    by_input = by_input || columns;
    by_output = by_output || !columns;
  }
  EXPECT_TRUE(by_input && by_output) << "both dimensions should win somewhere";
}

TEST_P(ChosenByOutputs, AwqWithoutClippingIsNeverWorseThanRounding) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const MatrixXd W = random_matrix(32, 48, seed + 200), X = inputs(seed);
    EXPECT_LE(error("awq", W, X, {}), error("rtn-oc", W, X, {}) * (1 + 1e-9));
  }
}

INSTANTIATE_TEST_SUITE_P(Bits, ChosenByOutputs, ::testing::Values(2, 3, 4));

TEST(Adadim, TiesGoToOutputs) {
  const MatrixXd W = MatrixXd::Constant(16, 16, 0.5);
  const Layer layer = quantize("adadim", W, calibration_of(random_matrix(16, 20, 1)), {});
  EXPECT_EQ(layer.encoding.group_rows, 1);
  EXPECT_EQ(layer.encoding.group_cols, 16);
}

TEST(Adadim, ComparesWhereItIsTold) {
  const MatrixXd W = random_matrix(16, 24, 3);
  Calibration calibration = calibration_of(random_matrix(24, 40, 4));
  for (const bool by_input : {false, true}) {
    for (const char* scheme : {"adadim", "gptq-adadim"}) {
      const MatrixXd wanted = decoded(quantize(by_input ? "rtn-ic" : "rtn-oc", W, {}, {}));
      calibration.output_error = [&](const MatrixXd& Wq) { return (Wq - wanted).squaredNorm(); };
      const Layer layer = quantize(scheme, W, calibration, {});
      EXPECT_EQ(layer.encoding.group_rows, by_input ? 16 : 1);
      EXPECT_EQ(layer.encoding.group_cols, by_input ? 1 : 24);
    }
  }
}

TEST(Adadim, GptqTakesStaticGroupsAndNoIndex) {
  const MatrixXd W = random_matrix(16, 32, 5);
  Calibration calibration = calibration_of(random_matrix(32, 60, 6));
  const MatrixXd wanted = decoded(quantize("rtn-oc", W, {}, {}));
  calibration.output_error = [&](const MatrixXd& Wq) { return (Wq - wanted).squaredNorm(); };
  QuantizeOptions options;
  options.group_size = 8;
  const Layer chosen = quantize("gptq-adadim", W, calibration, options);
  options.act_order = QuantizeOptions::ActOrder::on;
  options.static_groups = true;
  const Layer gptq = quantize("gptq", W, calibration, options);
  EXPECT_EQ(chosen.codes, gptq.codes);
  EXPECT_EQ(chosen.scales, gptq.scales);
}

TEST(AwqGrid, LeavesNoSpanBelowItsLeast) {
  const UniformGrid grid = fit_uniform_grid(0, 0, 3, false, 32, kAwqLeastRange);
  EXPECT_FLOAT_EQ(grid.scale, 1e-5f / 7);
  EXPECT_EQ(grid.zero, 0);
  EXPECT_EQ(grid.value(grid.code(0)), 0);
  const UniformGrid wide = fit_uniform_grid(-1, 0.5, 3, false, 32, kAwqLeastRange);
  EXPECT_EQ(wide.scale, fit_uniform_grid(-1, 0.5, 3, false, 32).scale);
}

TEST(Awq, ScalesGrowWithTheInputsAndAreBalanced) {
  MatrixXd X = random_matrix(24, 50, 7);
  X.row(5) *= 100;
  const Layer layer = quantize("awq", random_matrix(16, 24, 8), calibration_of(X), single_precision(3));
  ASSERT_EQ(layer.input_scales.size(), 24u);
  const auto [least, most] = std::minmax_element(layer.input_scales.begin(), layer.input_scales.end());
  EXPECT_EQ(most - layer.input_scales.begin(), 5);
  EXPECT_GT(*most, 1.5f * *least);
  EXPECT_NEAR(*most * *least, 1, 1e-5);
  EXPECT_EQ(layer.encoding.inputs, InputForm::scaled);
}

TEST(Awq, KeepsTheScalesItIsGiven) {
  Calibration calibration = calibration_of(random_matrix(24, 50, 9));
  calibration.input_scales = VectorXd::LinSpaced(24, 0.5, 2);
  const MatrixXd W = random_matrix(16, 24, 10);
  const Layer layer = quantize("awq", W, calibration, single_precision(4));
  for (int k = 0; k < 24; ++k)
    EXPECT_FLOAT_EQ(layer.input_scales[k], static_cast<float>(calibration.input_scales(k)));
  const MatrixXd by_hand =
      decoded(quantize("rtn-oc", W * calibration.input_scales.asDiagonal(), {}, single_precision(4))) *
      calibration.input_scales.cwiseInverse().asDiagonal();
  EXPECT_LT((decoded(layer) - by_hand).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(Awq, ClipsAllButQueriesAndKeys) {
  const MatrixXd W = random_matrix(16, 24, 11).array().cube();  // a few weights reach far
  const Calibration calibration = calibration_of(random_matrix(24, 50, 12));
  QuantizeOptions options = single_precision(2);
  const auto codes = [&](const std::string& name) {
    return Registry<Quantizer>::instance()
        .find("awq", "scheme")
        .quantize({name, 24, 16, 1}, W, calibration, options)
        .codes;
  };
  const auto plain = codes("v_proj");
  options.clip = true;
  EXPECT_NE(codes("v_proj"), plain);
  EXPECT_EQ(codes("layers.0.self_attn.q_proj"), plain);
  EXPECT_EQ(codes("layers.0.self_attn.k_proj"), plain);
}

TEST(Awq, NeedsMeanMagnitudes) {
  Calibration calibration = calibration_of(random_matrix(24, 50, 13));
  calibration.mean_magnitude.resize(0);
  EXPECT_THROW(quantize("awq", random_matrix(16, 24, 14), calibration, {}), InputError);
}

}  // namespace
}  // namespace eyeshift
