#include "traces/layers/bit_assignment.h"

#include <gmock/gmock.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "tests/traces/quantizers/support.h"

namespace eyeshift {
namespace {

using testing_support::calibration_of;
using testing_support::random_matrix;

double total(const std::vector<std::vector<BitChoice>>& items, const std::vector<size_t>& chosen,
             double BitChoice::*what) {
  double sum = 0;
  for (size_t i = 0; i < items.size(); ++i) sum += items[i][chosen[i]].*what;
  return sum;
}

// Every one of 3^n assignments.
std::vector<size_t> exhaustive(const std::vector<std::vector<BitChoice>>& items, double budget) {
  std::vector<size_t> best, chosen(items.size(), 0);
  double least = std::numeric_limits<double>::infinity();
  const auto count = static_cast<int>(std::pow(3, items.size()));
  for (int code = 0; code < count; ++code) {
    int digits = code;
    for (size_t& choice : chosen) {
      choice = static_cast<size_t>(digits % 3);
      digits /= 3;
    }
    if (total(items, chosen, &BitChoice::cost) > budget) continue;
    const double error = total(items, chosen, &BitChoice::error);
    if (error >= least) continue;
    least = error;
    best = chosen;
  }
  return best;
}

TEST(BitAssignment, EqualsExhaustiveSearchOnEightLayers) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const Eigen::MatrixXd random = random_matrix(8, 6, seed).array() + 1;
    std::vector<std::vector<BitChoice>> items;
    double sizes = 0;
    for (int i = 0; i < 8; ++i) {
      // Counted per layer, per parameter, or by costs that follow no rule; errors mostly fall with bits.
      const double size = seed % 3 == 0 ? 1 : 1 + std::floor(4 * random(i, 0));
      sizes += size;
      items.emplace_back();
      for (int bits = 2; bits <= 4; ++bits) {
        const double cost = seed % 3 == 2 ? size * (bits + random(i, bits - 1)) : size * bits;
        items.back().push_back(
            {bits, cost, std::exp2(-2 * bits) * random(i, bits + 1) * (1 + 9 * random(i, 0))});
      }
    }
    for (const double average : {2.0, 2.2, 2.5, 3.1, 4.0, 7.0}) {
      const double budget = average * sizes;
      const std::vector<size_t> best = exhaustive(items, budget), found = cheapest_errors(items, budget);
      ASSERT_EQ(found.size(), best.size()) << seed << " " << average;
      if (best.empty()) continue;
      EXPECT_LE(total(items, found, &BitChoice::cost), budget * (1 + 1e-9));
      EXPECT_DOUBLE_EQ(total(items, found, &BitChoice::error), total(items, best, &BitChoice::error));
    }
  }
}

TEST(BitAssignment, HundredsOfLayersTakeNoTime) {
  const Eigen::MatrixXd random = random_matrix(400, 4, 77).array() + 1;
  std::vector<std::vector<BitChoice>> items;
  double sum = 0;
  for (int i = 0; i < 400; ++i) {
    items.emplace_back();
    for (int bits = 2; bits <= 4; ++bits)
      items.back().push_back({bits, bits * (1 + random(i, 0)), std::exp2(-2 * bits) * random(i, bits - 1)});
    sum += 1 + random(i, 0);
  }
  const std::vector<size_t> found = cheapest_errors(items, 2.2 * sum);
  ASSERT_EQ(found.size(), 400u);
  EXPECT_LE(total(items, found, &BitChoice::cost), 2.2 * sum * (1 + 1e-9));
  EXPECT_GT(total(items, found, &BitChoice::cost), 2.199 * sum) << "the budget is used";
}

TEST(BitAssignment, NothingFitsBelowTheCheapest) {
  EXPECT_TRUE(cheapest_errors({{{2, 2, 1}, {3, 3, 0}}}, 1.9).empty());
  EXPECT_THAT(cheapest_errors({{{2, 2, 1}, {3, 3, 0}}}, 2), ::testing::ElementsAre(0));
  EXPECT_THAT(cheapest_errors({{{2, 2, 1}, {3, 3, 0}}}, 3), ::testing::ElementsAre(1));
}

TEST(SensitivityCriterion, FollowsItsDefinition) {
  const Eigen::MatrixXd W = random_matrix(12, 20, 5), X = random_matrix(20, 60, 6);
  Eigen::MatrixXd H = 2.0 / 60 * X * X.transpose();
  H.diagonal().array() += 0.01 * H.diagonal().mean();
  const Eigen::MatrixXd U = Eigen::LLT<Eigen::MatrixXd>(H.inverse()).matrixU();
  const Eigen::MatrixXd S = W * U.diagonal().cwiseInverse().asDiagonal();
  const double mean = S.mean(), variance = (S.array() - mean).square().sum() / (12 * 20 - 1);
  EXPECT_NEAR(sensitivity_criterion({"layer", 20, 12, 1}, W, calibration_of(X)), S.norm() * variance,
              1e-9 * S.norm() * variance);
}

TEST(ErrorFit, RecoversAPolynomialOfTheLogarithm) {
  const auto law = [](double c) { return std::exp(1 + 0.5 * std::log(c) - 0.1 * std::pow(std::log(c), 2)); };
  std::vector<double> criteria, errors;
  for (int i = 0; i < 12; ++i) {
    criteria.push_back(std::exp2(i - 3));
    errors.push_back(law(criteria.back()));
  }
  const ErrorFit fit(criteria, errors);
  for (const double c : {0.2, 3.0, 77.0}) EXPECT_NEAR(fit(c), law(c), 1e-9 * law(c));
  EXPECT_NEAR(ErrorFit({2, 2}, {3, 3})(5), 3, 1e-12) << "one criterion: a constant";
  EXPECT_EQ(ErrorFit({0}, {1})(5), 0);
}

}  // namespace
}  // namespace eyeshift
