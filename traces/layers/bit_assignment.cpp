#include "traces/layers/bit_assignment.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"

namespace eyeshift {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = 1e-12;  // relative, of sums of costs and errors

// The choices of an item on the lower convex hull of error over cost, by rising cost.
std::vector<BitChoice> convex_hull(std::vector<BitChoice> choices) {
  std::sort(choices.begin(), choices.end(), [](const BitChoice& a, const BitChoice& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.error < b.error;
  });
  std::vector<BitChoice> hull;
  for (const BitChoice& choice : choices) {
    if (!hull.empty() && choice.error >= hull.back().error) continue;
    while (hull.size() >= 2) {
      const BitChoice &a = hull[hull.size() - 2], &b = hull.back();
      const double to_b = (a.error - b.error) * (choice.cost - a.cost);
      const double to_choice = (a.error - choice.error) * (b.cost - a.cost);
      if (to_b > to_choice) break;
      hull.pop_back();
    }
    hull.push_back(choice);
  }
  return hull;
}

// The linear relaxation of a suffix of the items: the least error as a function of what may be spent.
class Relaxation {
 public:
  explicit Relaxation(const std::vector<std::vector<BitChoice>>& hulls, size_t first) {
    std::vector<Step> steps;
    for (size_t i = first; i < hulls.size(); ++i) {
      least_cost_ += hulls[i].front().cost;
      error_ += hulls[i].front().error;
      for (size_t j = 1; j < hulls[i].size(); ++j)
        steps.push_back({hulls[i][j].cost - hulls[i][j - 1].cost, hulls[i][j - 1].error - hulls[i][j].error});
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const Step& a, const Step& b) { return a.gain * b.cost > b.gain * a.cost; });
    points_.push_back({0, 0});
    for (const Step& step : steps)
      points_.push_back({points_.back().cost + step.cost, points_.back().gain + step.gain});
  }

  double least_cost() const { return least_cost_; }

  double error(double budget) const {
    const double spare = budget - least_cost_;
    if (spare < 0) return kInfinity;
    const auto after = std::upper_bound(points_.begin(), points_.end(), spare,
                                        [](double value, const Step& p) { return value < p.cost; });
    if (after == points_.end()) return error_ - points_.back().gain;
    const Step &low = *(after - 1), &high = *after;
    return error_ - low.gain - (high.gain - low.gain) * (spare - low.cost) / (high.cost - low.cost);
  }

 private:
  struct Step {
    double cost = 0, gain = 0;
  };
  double least_cost_ = 0, error_ = 0;
  std::vector<Step> points_;
};

// Choices for the first items, summed up.
struct Partial {
  double cost = 0, error = 0;
  size_t parent = 0;  // among the partials of one item less
  size_t choice = 0;
};

// Error of a solution found by spending on the best ratio of gain to cost: an upper bound.
double greedy_error(const std::vector<std::vector<BitChoice>>& hulls, double budget) {
  std::vector<size_t> at(hulls.size(), 0);
  for (const auto& hull : hulls) budget -= hull.front().cost;
  while (true) {
    size_t best = hulls.size();
    double best_ratio = 0;
    for (size_t i = 0; i < hulls.size(); ++i) {
      if (at[i] + 1 == hulls[i].size()) continue;
      const BitChoice &now = hulls[i][at[i]], &next = hulls[i][at[i] + 1];
      const double ratio = (now.error - next.error) / (next.cost - now.cost);
      if (next.cost - now.cost <= budget && ratio > best_ratio) {
        best_ratio = ratio;
        best = i;
      }
    }
    if (best == hulls.size()) break;
    budget -= hulls[best][at[best] + 1].cost - hulls[best][at[best]].cost;
    ++at[best];
  }
  double error = 0;
  for (size_t i = 0; i < hulls.size(); ++i) error += hulls[i][at[i]].error;
  return error;
}

void keep_undominated(std::vector<Partial>& partials) {
  std::stable_sort(partials.begin(), partials.end(), [](const Partial& a, const Partial& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.error < b.error;
  });
  double least = kInfinity;
  partials.erase(std::remove_if(partials.begin(), partials.end(),
                                [&](const Partial& p) {
                                  if (p.error >= least) return true;
                                  least = p.error;
                                  return false;
                                }),
                 partials.end());
}

}  // namespace

Eigen::MatrixXd scaled_by_sensitivity(const LayerShape& shape, const Eigen::MatrixXd& W,
                                      const Calibration& calibration) {
  DampedHessian hessian = damped_hessian(shape, calibration);
  const ColumnOrder order = natural_order(shape.K, shape.K);
  // H = R R^T with R upper triangular and chol(H^-1) = R^-1, so 1 / diag(chol(H^-1)) is R's diagonal.
  const Eigen::VectorXd diagonal = reverse_cholesky(shape, std::move(hessian.H), order).diagonal();
  return ordered_weights(W, hessian, order) * diagonal.asDiagonal();
}

double sample_variance(const Eigen::MatrixXd& values) {
  const double count = static_cast<double>(values.size());
  return (values.array() - values.mean()).square().sum() / std::max(count - 1, 1.0);
}

double sensitivity_criterion(const LayerShape& shape, const Eigen::MatrixXd& W,
                             const Calibration& calibration) {
  const Eigen::MatrixXd S = scaled_by_sensitivity(shape, W, calibration);
  return S.norm() * sample_variance(S);
}

ErrorFit::ErrorFit(const std::vector<double>& criteria, const std::vector<double>& errors) {
  std::vector<double> x, y;
  for (size_t i = 0; i < criteria.size(); ++i) {
    if (!(criteria[i] > 0) || !(errors[i] > 0)) continue;
    x.push_back(std::log(criteria[i]));
    y.push_back(std::log(errors[i]));
  }
  if (x.empty()) return;
  centre_ = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
  std::vector<double> different = x;
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  const auto terms = static_cast<Eigen::Index>(std::min<size_t>(different.size(), 3));
  Eigen::MatrixXd powers(static_cast<Eigen::Index>(x.size()), terms);
  for (size_t i = 0; i < x.size(); ++i)
    for (Eigen::Index power = 0; power < terms; ++power)
      powers(static_cast<Eigen::Index>(i), power) = std::pow(x[i] - centre_, static_cast<double>(power));
  const Eigen::Map<const Eigen::VectorXd> targets(y.data(), static_cast<Eigen::Index>(y.size()));
  coefficients_ = powers.colPivHouseholderQr().solve(targets);
}

double ErrorFit::operator()(double criterion) const {
  if (coefficients_.size() == 0 || !(criterion > 0)) return 0;
  const double x = std::log(criterion) - centre_;
  double sum = 0;
  for (Eigen::Index power = coefficients_.size(); power-- > 0;) sum = sum * x + coefficients_(power);
  return std::exp(sum);
}

std::vector<size_t> cheapest_errors(const std::vector<std::vector<BitChoice>>& items, double budget) {
  std::vector<std::vector<BitChoice>> hulls;
  for (const auto& choices : items) hulls.push_back(convex_hull(choices));
  std::vector<Relaxation> rest;  // of the items from each one on
  for (size_t i = 0; i <= items.size(); ++i) rest.emplace_back(hulls, i);
  budget += kRounding * std::max(std::abs(budget), rest.front().least_cost());
  if (rest.front().least_cost() > budget) return {};

  const double enough =
      greedy_error(hulls, budget) + kRounding * rest.front().error(rest.front().least_cost());
  std::vector<std::vector<Partial>> partials{{Partial{}}};
  for (size_t i = 0; i < items.size(); ++i) {
    std::vector<Partial> next;
    for (size_t parent = 0; parent < partials.back().size(); ++parent) {
      const Partial& before = partials.back()[parent];
      for (size_t choice = 0; choice < items[i].size(); ++choice) {
        const Partial partial{before.cost + items[i][choice].cost, before.error + items[i][choice].error,
                              parent, choice};
        const double bound = partial.error + rest[i + 1].error(budget - partial.cost);
        if (bound <= enough) next.push_back(partial);
      }
    }
    keep_undominated(next);
    partials.push_back(std::move(next));
  }
  std::vector<size_t> chosen(items.size());
  size_t at = partials.back().size() - 1;  // undominated ones by rising cost have falling errors
  for (size_t i = items.size(); i > 0; --i) {
    chosen[i - 1] = partials[i][at].choice;
    at = partials[i][at].parent;
  }
  return chosen;
}

}  // namespace eyeshift
