#include "traces/quantizers/binary/binary_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "traces/quantizers/binary/power_of_two.h"

namespace eyeshift {
namespace {

// Eigenvalues of B^T B below this share of the largest count as zero.
constexpr double kRankTolerance = 1e-9;

using PlaneMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMaxPlanes, kMaxPlanes>;
using PlaneVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMaxPlanes, 1>;

// The values in ascending order: a nearest-level assignment cuts them into one run a level, so a round needs
// each run's length and sum only, not the values.
class SortedValues {
 public:
  explicit SortedValues(std::vector<double> values) : values_(std::move(values)), sums_(values_.size() + 1) {
    std::sort(values_.begin(), values_.end());
    for (size_t i = 0; i < values_.size(); ++i) sums_[i + 1] = sums_[i] + values_[i];
  }

  size_t size() const { return values_.size(); }
  double sum(size_t first, size_t last) const { return sums_[last] - sums_[first]; }
  // The first index of [first, last) whose value is at least `bound`.
  size_t split(size_t first, size_t last, double bound) const {
    return std::lower_bound(values_.begin() + first, values_.begin() + last, bound) - values_.begin();
  }

 private:
  std::vector<double> values_;
  std::vector<double> sums_;
};

// Consecutive values with the same code.
struct Run {
  size_t first = 0, last = 0;
  double level = 0;
  uint8_t code = 0;
};

struct Runs {
  std::array<Run, 1 << kMaxPlanes> run;
  int count = 0;
};

// Greedy: every plane cuts each run at its level.
Runs greedy_runs(const SortedValues& values, int planes, PlaneScales* alpha) {
  Runs runs;
  runs.run[0] = {0, values.size(), 0, 0};
  runs.count = 1;
  for (int p = 0; p < planes; ++p) {
    Runs halves;
    double absolute = 0;
    for (int i = 0; i < runs.count; ++i) {
      const Run& run = runs.run[i];
      const size_t cut = values.split(run.first, run.last, run.level);
      const double below = static_cast<double>(cut - run.first), above = static_cast<double>(run.last - cut);
      absolute += (below - above) * run.level - values.sum(run.first, cut) + values.sum(cut, run.last);
      halves.run[2 * i] = {run.first, cut, run.level, run.code};
      halves.run[2 * i + 1] = {cut, run.last, run.level, static_cast<uint8_t>(run.code | 1u << p)};
    }
    halves.count = 2 * runs.count;
    (*alpha)[p] = std::max(0.0, absolute / static_cast<double>(values.size()));
    for (int i = 0; i < halves.count; ++i) halves.run[i].level += i % 2 == 1 ? (*alpha)[p] : -(*alpha)[p];
    runs = halves;
  }
  return runs;
}

Runs nearest_runs(const SortedValues& values, const BinaryLevels& levels) {
  Runs runs;
  runs.count = levels.count();
  size_t first = 0;
  for (int i = 0; i < runs.count; ++i) {
    const size_t last =
        i + 1 < runs.count ? values.split(first, values.size(), levels.midpoint(i)) : values.size();
    runs.run[i] = {first, last, levels.level(i), levels.code(i)};
    first = last;
  }
  return runs;
}

// alpha that minimises |values - B alpha|, B the runs' codes; the least one where B is rank deficient.
PlaneVector least_squares(const SortedValues& values, const Runs& runs, int planes) {
  PlaneMatrix gram = PlaneMatrix::Zero(planes, planes);
  PlaneVector moment = PlaneVector::Zero(planes);
  for (int i = 0; i < runs.count; ++i) {
    const Run& run = runs.run[i];
    if (run.first == run.last) continue;
    const auto length = static_cast<double>(run.last - run.first);
    const double sum = values.sum(run.first, run.last);
    for (int a = 0; a < planes; ++a) {
      moment(a) += (run.code >> a & 1) != 0 ? sum : -sum;
      for (int b = 0; b <= a; ++b)
        gram(a, b) += ((run.code >> a ^ run.code >> b) & 1) != 0 ? -length : length;
    }
  }
  const Eigen::LDLT<PlaneMatrix> ldlt(gram);
  const auto pivots = ldlt.vectorD();
  if (pivots.minCoeff() > 1e-6 * pivots.maxCoeff()) return ldlt.solve(moment);
  const Eigen::SelfAdjointEigenSolver<PlaneMatrix> eigen(gram);
  PlaneVector projected = eigen.eigenvectors().transpose() * moment;
  const double cutoff = kRankTolerance * eigen.eigenvalues().maxCoeff();
  for (int a = 0; a < planes; ++a) {
    projected(a) = eigen.eigenvalues()(a) > cutoff ? projected(a) / eigen.eigenvalues()(a) : 0;
  }
  return eigen.eigenvectors() * projected;
}

void round_to_powers_of_two(int planes, int terms, PlaneScales* alpha) {
  if (terms == 0) return;
  for (int p = 0; p < planes; ++p) (*alpha)[p] = power_of_two_sum((*alpha)[p], terms).value;
}

}  // namespace

PlaneScales fit_plane_scales(std::vector<double> values, const BinaryFit& fit) {
  const SortedValues sorted(std::move(values));
  PlaneScales alpha{};
  Runs runs = greedy_runs(sorted, fit.planes, &alpha);
  if (fit.planes == 1 || fit.cycles == 0) {
    round_to_powers_of_two(fit.planes, fit.pot_terms, &alpha);
    return alpha;
  }
  for (int cycle = 0; cycle < fit.cycles; ++cycle) {
    const PlaneVector solution = least_squares(sorted, runs, fit.planes);
    PlaneScales next{};
    for (int p = 0; p < fit.planes; ++p) next[p] = std::abs(solution(p));
    std::sort(next.begin(), next.end(), std::greater<>());  // unused entries are 0 and stay last
    round_to_powers_of_two(fit.planes, fit.pot_terms, &next);
    if (cycle > 0 && next == alpha) break;
    alpha = next;
    runs = nearest_runs(sorted, BinaryLevels(alpha, fit.planes));
  }
  return alpha;
}

}  // namespace eyeshift
