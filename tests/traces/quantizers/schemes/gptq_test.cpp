#include <gmock/gmock.h>

#include <Eigen/Dense>
#include <algorithm>
#include <atomic>
#include <vector>

#include "base/errors.h"
#include "base/numbers/bits.h"
#include "tests/traces/quantizers/support.h"
#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"
#include "traces/quantizers/uniform/uniform_grid.h"

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing_support::calibration_of;
using testing_support::decoded;
using testing_support::quantize;
using testing_support::random_matrix;
using testing_support::single_precision;

constexpr int64_t kM = 24, kK = 200, kTokens = 150;

LayerShape shape_of(const MatrixXd& W) { return {"layer", W.cols(), W.rows(), 1}; }

// One fixed grid for all weights; records the updated weights and the quantized ones in the order's
// positions.
class RecordingCoder : public ColumnCoder {
 public:
  RecordingCoder(int64_t M, int64_t K) : updated(M, K), quantized(M, K) {}

  void begin_group(int64_t group, int64_t, const Eigen::Ref<const MatrixXd>& weights) override {
    EXPECT_EQ(group, static_cast<int64_t>(group_starts.size()));
    group_starts.push_back(weights);
  }

  void code_column(int64_t position, int64_t, Eigen::Ref<VectorXd> weights) override {
    updated.col(position) = weights;
    for (double& w : weights) w = grid_.value(grid_.code(w));
    quantized.col(position) = weights;
  }

  MatrixXd updated, quantized;
  std::vector<MatrixXd> group_starts;

 private:
  UniformGrid grid_ = fit_uniform_grid(-1.5, 1.5, 3, false, 32);
};

class GptqEngine : public testing::Test {
 protected:
  const MatrixXd W = random_matrix(kM, kK, 1);
  const MatrixXd X =
      random_matrix(kK, 20, 2) * random_matrix(20, kTokens, 3) + 0.3 * random_matrix(kK, kTokens, 4);
  const DampedHessian hessian = damped_hessian(shape_of(W), calibration_of(X));
};

TEST_F(GptqEngine, MatchesTheTextbookLoop) {
  // GPTQ as published: rank-one updates by the upper Cholesky factor of the inverse Hessian.
  const MatrixXd U = Eigen::LLT<MatrixXd>(hessian.H.inverse()).matrixU();
  RecordingCoder textbook(kM, kK);
  MatrixXd updated = W;
  for (int64_t i = 0; i < kK; ++i) {
    VectorXd column = updated.col(i);
    textbook.code_column(i, 0, column);
    updated.rightCols(kK - i) -= (updated.col(i) - column) / U(i, i) * U.row(i).tail(kK - i);
  }
  const ColumnOrder order = natural_order(kK, kK);
  RecordingCoder coder(kM, kK);
  code_with_feedback(W, feedback_matrix(shape_of(W), hessian.H, order), order, &coder);
  EXPECT_TRUE(coder.quantized == textbook.quantized);
  EXPECT_LT((coder.updated - textbook.updated).cwiseAbs().maxCoeff(), 1e-10);
}

TEST_F(GptqEngine, BlockSizeDoesNotChangeTheResult) {
  const ColumnOrder order = activation_order(hessian.H, kK);
  const MatrixXd G = feedback_matrix(shape_of(W), hessian.H, order);
  const MatrixXd ordered = ordered_weights(W, hessian, order);
  RecordingCoder unblocked(kM, kK);
  code_with_feedback(ordered, G, order, &unblocked, 1, kK);
  for (const int64_t leaf : {1, 3, 16, 128}) {
    RecordingCoder coder(kM, kK);
    code_with_feedback(ordered, G, order, &coder, 1, leaf);
    EXPECT_TRUE(coder.quantized == unblocked.quantized) << leaf;
  }
}

// A grid for every so many adjacent rows of a group of columns, from their updated weights.
class SharedGridCoder : public ColumnCoder {
 public:
  SharedGridCoder(int64_t M, int64_t K, int64_t together)
      : quantized(M, K), together_(together), grids_(static_cast<size_t>(M / together + 1)) {}

  int64_t rows_together() const override { return together_; }

  void begin_group(int64_t, int64_t first_row, const Eigen::Ref<const MatrixXd>& weights) override {
    if (first_row % together_ != 0) ++split_runs;
    if (weights.rows() % together_ != 0 && first_row + weights.rows() < quantized.rows()) ++split_runs;
    for (int64_t i = 0; i < weights.rows(); i += together_) {
      const auto block = weights.middleRows(i, std::min(together_, weights.rows() - i));
      grids_[(first_row + i) / together_] =
          fit_uniform_grid(block.minCoeff(), block.maxCoeff(), 3, false, 32);
    }
  }

  void code_column(int64_t position, int64_t first_row, Eigen::Ref<VectorXd> weights) override {
    for (int64_t i = 0; i < weights.size(); ++i) {
      const UniformGrid& grid = grids_[(first_row + i) / together_];
      quantized(first_row + i, position) = weights(i) = grid.value(grid.code(weights(i)));
    }
  }

  MatrixXd quantized;
  std::atomic<int> split_runs{0};

 private:
  int64_t together_;
  std::vector<UniformGrid> grids_;
};

TEST_F(GptqEngine, RowsThatShareAGridStayTogetherOnAnyNumberOfThreads) {
  constexpr int64_t kRows = 1100, kTogether = 7;
  const MatrixXd tall = random_matrix(kRows, kK, 5);
  const ColumnOrder order = natural_order(kK, 30);
  const MatrixXd G = feedback_matrix(shape_of(tall), hessian.H, order);
  MatrixXd alone(kRows, kK);
  for (int64_t row = 0; row < kRows; row += kTogether) {
    const int64_t rows = std::min(kTogether, kRows - row);
    SharedGridCoder coder(rows, kK, kTogether);
    code_with_feedback(tall.middleRows(row, rows), G, order, &coder);
    alone.middleRows(row, rows) = coder.quantized;
  }
  for (const int threads : {1, 2, 5}) {
    SharedGridCoder coder(kRows, kK, kTogether);
    code_with_feedback(tall, G, order, &coder, threads);
    EXPECT_EQ(coder.split_runs, 0);
    EXPECT_LT((coder.quantized - alone).cwiseAbs().maxCoeff(), 1e-9) << threads;
  }
}

TEST_F(GptqEngine, GroupsBeginFullyUpdated) {
  // The weights at a group's start minimise the output error given the columns already coded.
  const ColumnOrder order = natural_order(kK, 30);  // 6 groups of 30, one of 20
  RecordingCoder coder(kM, kK);
  code_with_feedback(W, feedback_matrix(shape_of(W), hessian.H, order), order, &coder, 1, 4);
  ASSERT_EQ(coder.group_starts.size(), 7u);
  for (size_t group = 1; group < 7; ++group) {
    const int64_t coded = order.bounds[group], rest = kK - coded;
    const MatrixXd best = W.rightCols(rest) + (W - coder.quantized).leftCols(coded) *
                                                  hessian.H.topRightCorner(coded, rest) *
                                                  hessian.H.bottomRightCorner(rest, rest).inverse();
    const MatrixXd& start = coder.group_starts[group];
    EXPECT_EQ(start.cols(), group < 6 ? 30 : 20);
    EXPECT_LT((start - best.leftCols(start.cols())).cwiseAbs().maxCoeff(), 1e-9) << group;
  }
}

TEST_F(GptqEngine, ColumnErrorsAddUpToTheTrace) {
  // sum |w_i - q_i|^2 / U_ii^2 = tr((W - Q) H (W - Q)^T)
  const ColumnOrder order = natural_order(kK, kK);
  RecordingCoder coder(kM, kK);
  code_with_feedback(W, feedback_matrix(shape_of(W), hessian.H, order), order, &coder);
  const MatrixXd U = Eigen::LLT<MatrixXd>(hessian.H.inverse()).matrixU();
  double sum = 0;
  for (int64_t i = 0; i < kK; ++i) {
    sum += (coder.updated.col(i) - coder.quantized.col(i)).squaredNorm() / (U(i, i) * U(i, i));
  }
  const MatrixXd error = W - coder.quantized;
  const double trace = (error * hessian.H * error.transpose()).trace();
  EXPECT_NEAR(sum, trace, 1e-9 * trace);
}

TEST_F(GptqEngine, DeadChannelsAndDampingFollowThePaper) {
  MatrixXd inputs = X;
  inputs.row(7).setZero();
  const DampedHessian damped = damped_hessian(shape_of(W), calibration_of(inputs));
  EXPECT_THAT(damped.dead, testing::ElementsAre(7));
  MatrixXd H = 2.0 / kTokens * inputs * inputs.transpose();
  H(7, 7) = 1;
  H += 0.01 * H.diagonal().mean() * MatrixXd::Identity(kK, kK);
  EXPECT_LT((damped.H - H).cwiseAbs().maxCoeff(), 1e-12);
  const ColumnOrder order = natural_order(kK, kK);
  EXPECT_TRUE(ordered_weights(W, damped, order).col(7).isZero(0));
  EXPECT_TRUE(ordered_weights(W, damped, order).col(8) == W.col(8));
}

TEST_F(GptqEngine, DeadChannelsWeighAsMuchAsWhenSequencesAreCounted) {
  // The released code divides X X^T by the sequences, here 2, gives dead channels 1, and damps that.
  constexpr int64_t kSequences = 2;
  MatrixXd inputs = X;
  inputs.topRows(kK / 2).setZero();
  MatrixXd H = 2.0 / kSequences * inputs * inputs.transpose();
  H.diagonal().head(kK / 2).setOnes();
  H += 0.01 * H.diagonal().mean() * MatrixXd::Identity(kK, kK);

  Calibration calibration = calibration_of(inputs);
  calibration.sequences = kSequences;
  const MatrixXd damped = damped_hessian(shape_of(W), calibration).H;
  const double factor = static_cast<double>(kTokens) / kSequences;
  EXPECT_LT((factor * damped - H).cwiseAbs().maxCoeff(), 1e-12 * H.maxCoeff());
}

TEST(ColumnOrder, ActOrderIsStableAndDescending) {
  MatrixXd H = MatrixXd::Zero(6, 6);
  H.diagonal() << 1, 3, 2, 3, 1, 5;
  EXPECT_THAT(activation_order(H, 6).column, testing::ElementsAre(5, 1, 3, 2, 0, 4));
  EXPECT_THAT(activation_order(H, 4).bounds, testing::ElementsAre(0, 4, 6));
  const ColumnOrder blocks = block_activation_order(H, 4);  // sums 9 and 6
  EXPECT_THAT(blocks.column, testing::ElementsAre(0, 1, 2, 3, 4, 5));
  H(5, 5) = 50;
  EXPECT_THAT(block_activation_order(H, 4).column, testing::ElementsAre(4, 5, 0, 1, 2, 3));
  EXPECT_THAT(block_activation_order(H, 4).bounds, testing::ElementsAre(0, 2, 6));
}

class Gptq : public GptqEngine {};

TEST_F(Gptq, WithoutCompensationIsRoundingToNearest) {
  for (const auto act_order : {QuantizeOptions::ActOrder::off, QuantizeOptions::ActOrder::on}) {
    QuantizeOptions options;
    options.compensation = false;
    options.act_order = act_order;
    EXPECT_TRUE(decoded(quantize("gptq", W, calibration_of(X), options)) ==
                decoded(quantize("rtn-oc", W, {}, options)));
  }
}

TEST_F(Gptq, UncorrelatedInputsLeaveNothingToCompensate) {
  const Calibration identity{MatrixXd::Identity(kK, kK), kK};
  EXPECT_TRUE(decoded(quantize("gptq", W, identity, {})) == decoded(quantize("rtn-oc", W, {}, {})));
}

TEST_F(Gptq, GroupsFollowTheActOrder) {
  QuantizeOptions options = single_precision(3);
  options.group_size = 40;
  options.act_order = QuantizeOptions::ActOrder::on;
  const Layer layer = quantize("gptq", W, calibration_of(X), options);
  EXPECT_EQ(layer.encoding.group_index_bits, 3);  // 5 groups
  EXPECT_EQ(layer.scales.size(), static_cast<size_t>(kM * 5));
  const ColumnOrder order = activation_order(hessian.H, 40);
  ASSERT_EQ(layer.group_index.size(), static_cast<size_t>(kK));
  for (int64_t i = 0; i < kK; ++i) EXPECT_EQ(layer.group_index[order.column[i]], i / 40);
  // The first group is not compensated yet: its weights are those of rounding on a grid of their own.
  for (int64_t m = 0; m < kM; ++m) {
    const VectorXd group = W(m, std::vector<int64_t>(order.column.begin(), order.column.begin() + 40));
    EXPECT_EQ(layer.scales[m * 5], fit_uniform_grid(group.minCoeff(), group.maxCoeff(), 3, false, 32).scale);
  }
  options.act_order = QuantizeOptions::ActOrder::off;
  const Layer contiguous = quantize("gptq", W, calibration_of(X), options);
  EXPECT_EQ(contiguous.encoding.group_index_bits, 0);
  EXPECT_TRUE(contiguous.group_index.empty());
}

TEST_F(Gptq, StaticGroupsTakeTheirGridsFromTheOriginalWeightsOfAdjacentInputs) {
  QuantizeOptions options = single_precision(3);
  options.group_size = 40;
  options.static_groups = true;
  for (const auto act_order : {QuantizeOptions::ActOrder::off, QuantizeOptions::ActOrder::on}) {
    options.act_order = act_order;
    const Layer layer = quantize("gptq", W, calibration_of(X), options);
    EXPECT_EQ(layer.encoding.group_index_bits, 0);
    EXPECT_TRUE(layer.group_index.empty());
    EXPECT_EQ(layer.scales, quantize("rtn-oc", W, {}, options).scales);
  }
  options.group_size = 0;
  const Layer one_group = quantize("gptq", W, calibration_of(X), options);
  options.static_groups = false;
  EXPECT_EQ(one_group.codes, quantize("gptq", W, calibration_of(X), options).codes);
  options.static_groups = true;
  options.axis = Axis::input;
  EXPECT_THROW(quantize("gptq", W, calibration_of(X), options), InputError);
}

TEST_F(Gptq, GridsOfStaticGroupsLeaveOutTheWeightsOfDeadChannels) {
  MatrixXd inputs = X, zeroed = W, large = W;
  for (const Eigen::Index k : {3, 50, 51}) {
    inputs.row(k).setZero();
    zeroed.col(k).setZero();
    large.col(k) *= 10;
  }
  QuantizeOptions options = single_precision(3);
  options.group_size = 40;
  options.static_groups = true;
  for (const auto act_order : {QuantizeOptions::ActOrder::off, QuantizeOptions::ActOrder::on}) {
    options.act_order = act_order;
    const Layer layer = quantize("gptq", large, calibration_of(inputs), options);
    const Layer expected = quantize("gptq", zeroed, calibration_of(inputs), options);
    EXPECT_EQ(layer.scales, expected.scales);
    EXPECT_EQ(layer.zeros, expected.zeros);
    EXPECT_EQ(layer.codes, expected.codes);
  }
  // The grid of a whole row covers them, as in the released code.
  options.group_size = 0;
  options.static_groups = false;
  EXPECT_EQ(quantize("gptq", large, calibration_of(inputs), options).scales,
            quantize("rtn-oc", large, {}, options).scales);
}

TEST_F(Gptq, SmallerGroupsReduceTheOutputError) {
  const auto error = [&](int64_t group_size) {
    QuantizeOptions options;
    options.group_size = group_size;
    return testing_support::relative_output_error(W, decoded(quantize("gptq", W, calibration_of(X), options)),
                                                  X);
  };
  EXPECT_LT(error(8), error(0));
}

TEST_F(Gptq, InputAxisHasAGridPerColumnAndRowGroup) {
  QuantizeOptions options = single_precision(4);
  options.axis = Axis::input;
  options.group_size = 8;
  options.symmetric = true;
  const Layer layer = quantize("gptq", W, calibration_of(X), options);
  EXPECT_EQ(layer.encoding.group_rows, 8);
  EXPECT_EQ(layer.encoding.group_cols, 1);
  EXPECT_EQ(layer.scales.size(), static_cast<size_t>(kM / 8 * kK));
  EXPECT_TRUE(layer.zeros.empty());
  EXPECT_EQ(layer.encoding.zero_bits, 0);
  for (int64_t group = 0; group < kM / 8; ++group) {  // the first column is coded as it is
    const auto first = W.col(0).segment(group * 8, 8);
    const UniformGrid grid = fit_uniform_grid(first.minCoeff(), first.maxCoeff(), 4, true, 32);
    EXPECT_EQ(layer.scales[group * kK], grid.scale);
    for (int64_t i = 0; i < 8; ++i) {
      EXPECT_EQ(unpack_code(layer.codes.data() + (group * 8 + i) * packed_bytes(kK, 4), 0, 4),
                grid.code(first(i)));
    }
  }
}

}  // namespace
}  // namespace eyeshift
