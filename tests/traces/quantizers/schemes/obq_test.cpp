#include <gmock/gmock.h>

#include <Eigen/Dense>
#include <algorithm>
#include <limits>

#include "tests/traces/quantizers/support.h"
#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"
#include "traces/quantizers/feedback/optimal_brain.h"
#include "traces/quantizers/packing.h"

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing_support::calibration_of;
using testing_support::decoded;
using testing_support::quantize;
using testing_support::random_matrix;
using testing_support::single_precision;

constexpr int64_t kM = 12, kK = 40;

class ObqTest : public ::testing::Test {
 protected:
  const MatrixXd W = random_matrix(kM, kK, 1);
  const MatrixXd X = random_matrix(kK, 8, 2) * random_matrix(8, 90, 3) + 0.3 * random_matrix(kK, 90, 4);
  const LayerShape shape{"layer", kK, kM, 1};
  const UniformGrid grid = fit_uniform_grid(-1.5, 1.5, 3, false, 32);
};

class FixedGridCoder : public ColumnCoder {
 public:
  explicit FixedGridCoder(const UniformGrid& grid) : codes(kM, kK), grid_(grid) {}
  void begin_group(int64_t, int64_t, const Eigen::Ref<const MatrixXd>&) override {}
  void code_column(int64_t position, int64_t, Eigen::Ref<VectorXd> weights) override {
    for (int64_t m = 0; m < kM; ++m) weights(m) = grid_.value(codes(m, position) = grid_.code(weights(m)));
  }
  CodeMatrix codes;

 private:
  UniformGrid grid_;
};

TEST_F(ObqTest, InNaturalOrderEqualsGptq) {
  const DampedHessian hessian = damped_hessian(shape, calibration_of(X));
  const ColumnOrder order = natural_order(kK, kK);
  FixedGridCoder gptq(grid);
  code_with_feedback(W, feedback_matrix(shape, hessian.H, order), order, &gptq);
  const MatrixXd inverse = hessian.H.inverse();
  const RowGrids grids{{grid}, kK};
  for (int64_t m = 0; m < kM; ++m) {
    const std::vector<uint8_t> codes = code_row(W.row(m), inverse, grids, WeightOrder::natural);
    for (int64_t k = 0; k < kK; ++k) ASSERT_EQ(codes[k], gptq.codes(m, k)) << m << " " << k;
  }
}

// The published algorithm, with an inverse computed anew after every weight.
std::vector<uint8_t> textbook(VectorXd w, const MatrixXd& H, const UniformGrid& grid) {
  std::vector<uint8_t> codes(static_cast<size_t>(w.size()));
  std::vector<int64_t> left;
  for (int64_t k = 0; k < w.size(); ++k) left.push_back(k);
  while (!left.empty()) {
    const MatrixXd inverse = H(left, left).inverse();
    size_t cheapest = 0, farthest = 0;
    double least = std::numeric_limits<double>::infinity(), largest = 0;
    for (size_t i = 0; i < left.size(); ++i) {
      const double error = std::pow(w(left[i]) - grid.value(grid.code(w(left[i]))), 2);
      if (error / inverse(i, i) < least) {
        least = error / inverse(i, i);
        cheapest = i;
      }
      if (error > largest) {
        largest = error;
        farthest = i;
      }
    }
    const size_t j = largest > grid.scale * grid.scale / 4 ? farthest : cheapest;
    codes[left[j]] = grid.code(w(left[j]));
    const double error = w(left[j]) - grid.value(codes[left[j]]);
    for (size_t i = 0; i < left.size(); ++i) w(left[i]) -= inverse(i, j) / inverse(j, j) * error;
    left.erase(left.begin() + static_cast<int64_t>(j));
  }
  return codes;
}

TEST_F(ObqTest, TakesTheCheapestWeightFirstButOutliersBeforeIt) {
  const MatrixXd H = 2.0 / 90 * X * X.transpose();
  const RowGrids narrow{{fit_uniform_grid(-0.7, 0.7, 3, false, 32)}, kK};  // leaves weights outside
  for (int64_t m = 0; m < kM; ++m) {
    EXPECT_EQ(code_row(W.row(m), H.inverse(), {{grid}, kK}, WeightOrder::cheapest),
              textbook(W.row(m), H, grid));
    EXPECT_EQ(code_row(W.row(m), H.inverse(), narrow, WeightOrder::cheapest),
              textbook(W.row(m), H, narrow.grids.front()));
  }
}

TEST_F(ObqTest, BeatsRoundingOnTheSameGrids) {
  for (const int64_t group_size : {0, 8}) {
    QuantizeOptions options = single_precision(3);
    options.group_size = group_size;
    const Layer layer = quantize("obq", W, calibration_of(X), options),
                rtn = quantize("rtn-oc", W, {}, options);
    EXPECT_EQ(layer.scales, rtn.scales);
    EXPECT_EQ(layer.zeros, rtn.zeros);
    EXPECT_LT(testing_support::relative_output_error(W, decoded(layer), X),
              0.7 * testing_support::relative_output_error(W, decoded(rtn), X));
  }
}

TEST_F(ObqTest, GridsLeaveOutTheWeightsOfDeadChannels) {
  MatrixXd inputs = X, zeroed = W, large = W;
  for (const Eigen::Index k : {3, 30}) {
    inputs.row(k).setZero();
    zeroed.col(k).setZero();
    large.col(k) *= 10;
  }
  QuantizeOptions options = single_precision(3);
  for (const int64_t group_size : {0, 20}) {
    options.group_size = group_size;
    const Layer layer = quantize("obq", large, calibration_of(inputs), options);
    const Layer expected = quantize("obq", zeroed, calibration_of(inputs), options);
    EXPECT_EQ(layer.scales, expected.scales);
    EXPECT_EQ(layer.zeros, expected.zeros);
    EXPECT_EQ(layer.codes, expected.codes);
  }
}

TEST_F(ObqTest, IsNeverBetterThanTryingEverything) {
  const MatrixXd inputs = X.topRows(5), H = inputs * inputs.transpose();
  const MatrixXd rows = W.leftCols(5);
  const Layer layer = quantize("obq", rows, calibration_of(inputs), single_precision(2));
  const MatrixXd Wq = decoded(layer);
  for (int64_t m = 0; m < kM; ++m) {
    const auto error = [&](const VectorXd& wq) {
      const VectorXd difference = rows.row(m).transpose() - wq;
      return difference.dot(H * difference);
    };
    double least = std::numeric_limits<double>::infinity();
    for (int code = 0; code < 1024; ++code) {  // 2 bits each of 5 weights
      VectorXd wq(5);
      for (int k = 0; k < 5; ++k) wq(k) = layer.scales[m] * ((code >> (2 * k) & 3) - layer.zeros[m]);
      least = std::min(least, error(wq));
    }
    EXPECT_GE(error(Wq.row(m)), least * (1 - 1e-9));
    EXPECT_LE(error(Wq.row(m)), 4 * least);
  }
}

}  // namespace
}  // namespace eyeshift
