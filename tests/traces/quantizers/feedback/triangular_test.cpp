#include "traces/quantizers/feedback/triangular.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>

#include "tests/traces/quantizers/support.h"

namespace eyeshift {
namespace {

using Eigen::MatrixXd;
using testing_support::random_matrix;

// Sizes below, at and above those of leaves, panels and tiles.
const int kSizes[] = {1, 2, 63, 64, 65, 127, 128, 129, 200, 257, 384, 500, 641};

TEST(Triangular, FactoriseGivesTheFactorThatMultipliesBack) {
  for (const int n : kSizes) {
    const MatrixXd X = random_matrix(n, n + 8, 3);
    const MatrixXd A = X * X.transpose() + 0.1 * MatrixXd::Identity(n, n);
    MatrixXd one = A, three = A;
    one.triangularView<Eigen::StrictlyUpper>().setConstant(7);
    three.triangularView<Eigen::StrictlyUpper>().setConstant(7);
    ASSERT_TRUE(factorise_lower(one, 1)) << n;
    ASSERT_TRUE(factorise_lower(three, 3)) << n;
    EXPECT_TRUE(one == three) << n << ": threads change the result";
    const MatrixXd L = one.triangularView<Eigen::Lower>();
    EXPECT_LT((L * L.transpose() - A).norm(), 1e-13 * A.norm()) << n;
    EXPECT_GT(L.diagonal().minCoeff(), 0) << n;
  }
}

TEST(Triangular, FactoriseRefusesWhatIsNotPositiveDefinite) {
  for (const int n : {1, 100, 300}) {
    MatrixXd A = MatrixXd::Identity(n, n);
    A(n - 1, n - 1) = -1;
    EXPECT_FALSE(factorise_lower(A, 1)) << n;
  }
}

TEST(Triangular, InvertGivesTheInverse) {
  for (const int n : kSizes) {
    const MatrixXd random = random_matrix(n, n, 5) / n;
    MatrixXd T = random.triangularView<Eigen::StrictlyUpper>();
    T.diagonal().setOnes();
    MatrixXd one = T, three = T;
    invert_unit_upper(one, 1);
    invert_unit_upper(three, 3);
    EXPECT_TRUE(one == three) << n << ": threads change the result";
    EXPECT_LT((one * T - MatrixXd::Identity(n, n)).norm(), 1e-13 * n) << n;
    EXPECT_EQ(MatrixXd(one.triangularView<Eigen::StrictlyLower>()).norm(), 0) << n;
  }
}

}  // namespace
}  // namespace eyeshift
