#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "base/errors.h"
#include "base/numbers/half.h"
#include "tests/support/test_files.h"
#include "tests/traces/quantizers/support.h"

// What every scheme does with unusual layers and with bad input.

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using ::testing::HasSubstr;
using testing_support::calibration_of;
using testing_support::decoded;
using testing_support::quantize;
using testing_support::random_matrix;

class EveryScheme : public ::testing::TestWithParam<std::string> {
 protected:
  const Quantizer& quantizer() const { return Registry<Quantizer>::instance().find(GetParam(), "scheme"); }

  void expect_error(const MatrixXd& W, const Calibration& calibration, const QuantizeOptions& options,
                    const std::string& part) const {
    EXPECT_THAT(testing::error_of([&] { quantize(GetParam(), W, calibration, options); }), HasSubstr(part));
  }

  // The layer holds exactly the tensors that its encoding asks for, and the encoding is the one announced.
  void expect_complete(const Layer& layer, const QuantizeOptions& options) const {
    const Encoding& e = layer.encoding;
    EXPECT_TRUE(quantizer().chooses_layout() || e == quantizer().encoding(layer.shape, options));
    EXPECT_EQ(e.scheme, GetParam());
    const auto groups = static_cast<size_t>(row_groups(e, layer.shape.M) * column_groups(e, layer.shape.K));
    const auto M = static_cast<size_t>(layer.shape.M), K = static_cast<size_t>(layer.shape.K);
    const bool binary = e.coding == Coding::binary, coded = e.coding != Coding::fp16 && !binary;
    EXPECT_EQ(layer.weight.size(), e.coding == Coding::fp16 ? M * K : 0);
    EXPECT_EQ(layer.codes.size(), coded ? M * ((K * e.bits + 7) / 8) : 0);
    EXPECT_EQ(layer.scales.size(), coded ? groups : 0);
    EXPECT_EQ(layer.zeros.size(), e.zero_bits > 0 ? groups : 0);
    EXPECT_EQ(layer.group_index.size(), e.group_index_bits > 0 ? K : 0);
    EXPECT_EQ(layer.planes.size(), binary ? e.bits * M * ((K + 7) / 8) : 0);
    EXPECT_EQ(layer.alpha.size(), binary && !e.power_of_two ? e.bits * groups : 0);
    EXPECT_EQ(layer.pot.size(), binary && e.power_of_two ? e.bits * groups * e.terms : 0);
    for (const float scale : layer.scales) {
      EXPECT_GT(scale, 0);
      if (e.scale_bits == 16) {
        EXPECT_EQ(scale, round_to_half(scale));
      }
    }
    for (const float scale : layer.alpha) {
      EXPECT_GE(scale, 0);
      if (e.scale_bits == 16) {
        EXPECT_EQ(scale, round_to_half(scale));
      }
    }
  }
};

TEST_P(EveryScheme, HasASummary) { EXPECT_GT(quantizer().summary().size(), 10u); }

TEST_P(EveryScheme, CodesAnyShape) {
  for (const auto& [M, K] : {std::pair<int64_t, int64_t>{1, 1}, {1, 9}, {9, 1}, {7, 8}, {8, 7}, {33, 50}}) {
    const MatrixXd W = random_matrix(M, K, 1), X = random_matrix(K, 12, 2);
    for (const int bits : {2, 3, 8}) {
      QuantizeOptions options;
      options.bits = bits;
      const Layer layer = quantize(GetParam(), W, calibration_of(X), options);
      expect_complete(layer, options);
      EXPECT_LT((W - decoded(layer)).cwiseAbs().maxCoeff(), 4);
      EXPECT_TRUE(std::isnan(layer.rel_out) && std::isnan(layer.w_err));  // whoever has the inputs measures
    }
  }
}

TEST_P(EveryScheme, ZeroWeightsDecodeToZero) {
  const Calibration calibration = calibration_of(random_matrix(16, 40, 4));
  EXPECT_TRUE(decoded(quantize(GetParam(), MatrixXd::Zero(9, 16), calibration, {})).isZero(0));
}

TEST_P(EveryScheme, ZeroRowsDecodeToZero) {
  MatrixXd W = random_matrix(16, 16, 3);
  W.topRows(8).setZero();
  const MatrixXd Wq = decoded(quantize(GetParam(), W, calibration_of(random_matrix(16, 40, 4)), {}));
  const Encoding layout = quantizer().encoding({"layer", 16, 16, 1}, {});
  if (layout.centred || (layout.coding == Coding::binary && layout.group_rows == 16))
    EXPECT_LT(Wq.topRows(8).norm(), Wq.bottomRows(8).norm()) << "levels that all rows share hold no zero";
  else
    EXPECT_TRUE(Wq.topRows(8).isZero(0));
  EXPECT_FALSE(Wq.bottomRows(8).isZero(0));
}

TEST_P(EveryScheme, ConstantRowsStayClose) {
  const MatrixXd W = MatrixXd::Constant(8, 16, -0.75);
  QuantizeOptions options;
  options.pot_terms = 1;  // -3/4 = -(1/4 + 1/4 + 1/4)
  const MatrixXd Wq = decoded(quantize(GetParam(), W, calibration_of(MatrixXd::Identity(16, 16)), options));
  if (quantizer().encoding({"layer", 16, 8, 1}, options).inputs == InputForm::rotated)
    EXPECT_LT((Wq - W).norm(), 0.5 * W.norm()) << "a rotation may gather all in one weight";
  else
    EXPECT_LT((Wq - W).cwiseAbs().maxCoeff(), 1e-3);
}

TEST_P(EveryScheme, OneTokenAndDeadChannelsAreEnough) {
  const MatrixXd W = random_matrix(24, 32, 5);
  MatrixXd X = random_matrix(32, 1, 6);
  X.topRows(4).setZero();
  const Layer one_token = quantize(GetParam(), W, calibration_of(X), {});
  EXPECT_LT(testing_support::relative_output_error(W, decoded(one_token), X), 0.2);
  const Layer no_signal = quantize(GetParam(), W, calibration_of(MatrixXd::Zero(32, 5)), {});
  EXPECT_TRUE(decoded(no_signal).allFinite());
}

TEST_P(EveryScheme, DuplicatedChannelsAndFewerTokensThanInputsAreAllowed) {
  const MatrixXd W = random_matrix(24, 32, 5);
  MatrixXd X = random_matrix(32, 20, 6);
  X.row(9) = X.row(10);
  X.row(31) = -X.row(10);
  EXPECT_LT(
      testing_support::relative_output_error(W, decoded(quantize(GetParam(), W, calibration_of(X), {})), X),
      0.2);
}

TEST_P(EveryScheme, OneBitIsCodedOrRefused) {
  const MatrixXd W = random_matrix(16, 24, 5);
  QuantizeOptions options;
  options.bits = 1;
  const Calibration calibration = calibration_of(random_matrix(24, 40, 6));
  const bool binary = quantizer().encoding({"layer", 24, 16, 1}, {}).coding == Coding::binary;
  if (!binary && !quantizer().fixed_bits()) {
    expect_error(W, calibration, options, "--bits is 1; it must be from 2 to 8");
    return;
  }
  const MatrixXd Wq = decoded(quantize(GetParam(), W, calibration, options));
  EXPECT_LT((W - Wq).squaredNorm(), W.squaredNorm());
}

TEST_P(EveryScheme, NamesTheWeightThatIsNotFinite) {
  MatrixXd W = random_matrix(8, 8, 7);
  const Calibration calibration = calibration_of(random_matrix(8, 9, 8));
  W(2, 5) = std::numeric_limits<double>::quiet_NaN();
  expect_error(W, calibration, {}, "W[2, 5] is nan");
  W(2, 5) = -std::numeric_limits<double>::infinity();
  expect_error(W, calibration, {}, "W[2, 5] is -inf");
}

TEST_P(EveryScheme, RefusesWeightsThatItCannotHold) {
  MatrixXd W = random_matrix(8, 8, 7);
  W(3, 4) = 1e300;
  EXPECT_THROW(quantize(GetParam(), W, calibration_of(random_matrix(8, 9, 8)), {}), InputError);
}

TEST_P(EveryScheme, RefusesEmptyAndMismatchedLayers) {
  expect_error(MatrixXd(0, 8), {MatrixXd::Identity(8, 8), 8}, {}, "M = 0");
  expect_error(MatrixXd(8, 0), {MatrixXd(0, 0), 8}, {}, "K = 0");
  EXPECT_THROW(quantizer().encoding({"layer", 0, 4, 1}, {}), InputError);
  const LayerShape shape{"layer", 8, 4, 1};
  EXPECT_THROW(quantizer().quantize(shape, MatrixXd::Zero(4, 9), {MatrixXd::Identity(8, 8), 8}, {}),
               InputError);
}

TEST_P(EveryScheme, ChecksTheCalibrationThatItUses) {
  if (!quantizer().uses_calibration()) {
    EXPECT_NO_THROW(quantize(GetParam(), random_matrix(4, 8, 1), {}, {}));
    return;
  }
  const MatrixXd W = random_matrix(4, 8, 1);
  const MatrixXd gram = calibration_of(random_matrix(8, 9, 2)).gram;
  expect_error(W, {}, {}, "[0, 0]");
  expect_error(W, {gram, 0}, {}, "0 tokens");
  MatrixXd bad = gram;
  bad(6, 1) = std::numeric_limits<double>::quiet_NaN();
  expect_error(W, {bad, 9}, {}, "X X^T[6, 1] is nan");
  bad = gram;
  bad(3, 3) = -1;
  expect_error(W, {bad, 9}, {}, "X X^T[3, 3] is -1");
  bad = gram;
  bad(0, 7) = bad(7, 0) = 1e9;
  expect_error(W, {bad, 9}, {}, "not positive definite");
}

TEST_P(EveryScheme, ChecksItsOptions) {
  const MatrixXd W = random_matrix(16, 24, 1);
  const Calibration calibration = calibration_of(random_matrix(24, 9, 2));
  QuantizeOptions options;
  if (GetParam() == "fp16") {
    options.bits = options.scale_bits = -1;  // concern others
    EXPECT_NO_THROW(quantize(GetParam(), W, calibration, options));
    return;
  }
  if (!quantizer().encoding({"layer", 24, 16, 1}, {}).power_of_two) {
    options.scale_bits = 8;
    expect_error(W, calibration, options, "--scale-type");
    options.scale_bits = 16;
  }
  if (quantizer().fixed_bits()) return;
  const bool uniform = quantizer().encoding({"layer", 24, 16, 1}, {}).coding == Coding::uniform;
  options.bits = uniform ? 1 : 0;
  expect_error(W, calibration, options,
               uniform ? "--bits is 1; it must be from 2 to 8" : "must be from 1 to 8");
  options.bits = 9;
  expect_error(W, calibration, options, "--bits is 9");
  options.bits = 3;
  for (const int64_t group_size : {-8, 7, 48}) {
    options.group_size = group_size;
    expect_error(W, calibration, options, "--group-size is " + std::to_string(group_size));
  }
}

// The program's schemes: other tests register quantizers of their own, which need not code every shape.
std::vector<std::string> schemes() {
  std::vector<std::string> names;
  for (const std::string& name : Registry<Quantizer>::instance().names())
    if (name.rfind("test-", 0) != 0) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Quantizers, EveryScheme, ::testing::ValuesIn(schemes()), [](auto test) {
  std::string name = test.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

TEST(Fp16Quantizer, RoundsToHalfPrecision) {
  MatrixXd W(1, 3);
  W << 1 + 0x1p-11, -65504, 0x1p-24;
  EXPECT_THAT(quantize("fp16", W, {}, {}).weight, ::testing::ElementsAre(0x3c00, 0xfbff, 1));
}

TEST(Int8Quantizer, StoresTwosComplement) {
  MatrixXd W(2, 3);
  W << -127, 64.5, 1, 0, 0, 0;
  const Layer layer = quantize("int8", W, {}, {});
  EXPECT_EQ(layer.scales[0], 1.0f);
  EXPECT_THAT(layer.codes, ::testing::ElementsAre(0x81, 64, 1, 0, 0, 0));
}

TEST(BcqQuantizer, KeepsKeysWithinAGroup) {
  QuantizeOptions options;
  options.group_size = 6;
  EXPECT_THROW(quantize("bcq", random_matrix(4, 24, 1), {}, options), InputError);
}

TEST(ShiftAddLlmQuantizer, ChecksItsTerms) {
  for (const int terms : {0, 5}) {
    QuantizeOptions options;
    options.pot_terms = terms;
    EXPECT_THROW(
        quantize("shiftaddllm-block", random_matrix(8, 8, 1), {MatrixXd::Identity(8, 8), 8}, options),
        InputError);
  }
}

}  // namespace
}  // namespace eyeshift
