#include "sim/published/estimate/loop_tiling.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace eyeshift {
namespace {

std::vector<int64_t> divisors(int64_t n) {
  std::vector<int64_t> small, large;
  for (int64_t d = 1; d * d <= n; ++d) {
    if (n % d != 0) continue;
    small.push_back(d);
    if (d != n / d) large.push_back(n / d);
  }
  small.insert(small.end(), large.rbegin(), large.rend());
  return small;
}

PerOperand product(const PerOperand& one, const PerOperand& other) {
  return {one.inputs * other.inputs, one.weights * other.weights, one.outputs * other.outputs};
}

// One loop cut up: its part of an operation's energy and of its steps, and what of the limits it takes.
struct LoopPart {
  LoopTiling tiling;
  double energy = 0;
  double steps = 1;
  int64_t per_pe = 1;  // m0 or c0
  int64_t pes = 1;     // m1 or c1
  int64_t glb = 1;     // m0 m1 m2, c0 c1 or n0
};

// Energy and steps are sums and products of the loops' parts: accesses() has no term that mixes two loops'
// factors, and every term is linear in each.
class TilingSearch {
 public:
  TilingSearch(const LoopBounds& bounds, const TilingLimits& limits, const PerLevel& energies)
      : limits_(limits), ns_(n_parts(bounds, energies)), ms_(m_parts(bounds, energies)) {
    cs_ = c_parts(bounds, energies);
  }

  LoopTiling best() const {
    double most_energy = 0, most_steps = 0;
    for_each_valid([&](double energy, double steps, const LoopPart&, const LoopPart&, const LoopPart&) {
      most_energy = std::max(most_energy, energy);
      most_steps = std::max(most_steps, steps);
    });
    double least = std::numeric_limits<double>::infinity();
    LoopTiling best;
    for_each_valid([&](double energy, double steps, const LoopPart& n, const LoopPart& m, const LoopPart& c) {
      // Without the minima, which move every tiling alike.
      const double score = energy / most_energy + steps / most_steps;
      if (score >= least) return;
      least = score;
      best = m.tiling;
      best.n0 = n.tiling.n0;
      best.n3 = n.tiling.n3;
      best.c0 = c.tiling.c0;
      best.c1 = c.tiling.c1;
      best.c2 = c.tiling.c2;
    });
    return best;
  }

 private:
  template <typename Visit>
  void for_each_valid(const Visit& visit) const {
    for (const LoopPart& n : ns_)
      for (const LoopPart& m : ms_) {
        const int64_t glb_left = limits_.glb_words - n.glb * m.glb;
        const double energy = n.energy + m.energy, steps = n.steps * m.steps;
        for (const LoopPart& c : cs_) {
          if (m.per_pe * c.per_pe >= limits_.rf_weights || m.pes * c.pes >= limits_.pes ||
              n.glb * c.glb >= glb_left)
            continue;
          visit(energy + c.energy, steps * c.steps, n, m, c);
        }
      }
  }

  // The energy that `tiling` takes more than one without any tiling, so that parts add up.
  static LoopPart part(const LoopBounds& bounds, const PerLevel& energies, const LoopTiling& tiling) {
    LoopPart part;
    part.tiling = tiling;
    part.energy = sum(eyeshift::product(accesses(bounds, tiling), energies));
    part.steps = eyeshift::steps(tiling);
    return part;
  }

  static std::vector<LoopPart> n_parts(const LoopBounds& bounds, const PerLevel& energies) {
    std::vector<LoopPart> parts;
    for (const int64_t n0 : divisors(bounds.N)) {
      LoopTiling tiling;
      tiling.n0 = n0;
      tiling.n3 = bounds.N / n0;
      parts.push_back(part(bounds, energies, tiling));
      parts.back().glb = n0;
    }
    return parts;
  }

  std::vector<LoopPart> m_parts(const LoopBounds& bounds, const PerLevel& energies) const {
    std::vector<LoopPart> parts;
    LoopTiling tiling;
    const double nothing = part(bounds, energies, tiling).energy;
    for (const int64_t m0 : divisors(bounds.M)) {
      if (m0 > limits_.rf_outputs) break;
      for (const int64_t m1 : divisors(bounds.M / m0)) {
        if (m1 >= limits_.pes) break;
        for (const int64_t m2 : divisors(bounds.M / m0 / m1)) {
          if (m0 * m1 * m2 >= limits_.glb_words) break;
          tiling.m0 = m0;
          tiling.m1 = m1;
          tiling.m2 = m2;
          tiling.m3 = bounds.M / m0 / m1 / m2;
          parts.push_back(part(bounds, energies, tiling));
          parts.back().energy -= nothing;
          parts.back().per_pe = m0;
          parts.back().pes = m1;
          parts.back().glb = m0 * m1 * m2;
        }
      }
    }
    return parts;
  }

  std::vector<LoopPart> c_parts(const LoopBounds& bounds, const PerLevel& energies) const {
    std::vector<LoopPart> parts;
    LoopTiling tiling;
    const double nothing = part(bounds, energies, tiling).energy;
    for (const int64_t c0 : divisors(bounds.C)) {
      if (c0 >= limits_.rf_inputs) break;
      for (const int64_t c1 : divisors(bounds.C / c0)) {
        if (c1 >= limits_.pes || c0 * c1 >= limits_.glb_words) break;
        tiling.c0 = c0;
        tiling.c1 = c1;
        tiling.c2 = bounds.C / c0 / c1;
        parts.push_back(part(bounds, energies, tiling));
        parts.back().energy -= nothing;
        parts.back().per_pe = c0;
        parts.back().pes = c1;
        parts.back().glb = c0 * c1;
      }
    }
    return parts;
  }

  TilingLimits limits_;
  std::vector<LoopPart> ns_, ms_, cs_;
};

}  // namespace

double sum(const PerOperand& values) { return values.inputs + values.weights + values.outputs; }

double sum(const PerLevel& values) {
  return values.compute + sum(values.dram) + sum(values.glb) + sum(values.noc) + sum(values.rf);
}

PerLevel product(const PerLevel& one, const PerLevel& other) {
  return {one.compute * other.compute, product(one.dram, other.dram), product(one.glb, other.glb),
          product(one.noc, other.noc), product(one.rf, other.rf)};
}

PerLevel accesses(const LoopBounds& bounds, const LoopTiling& t) {
  const auto N = static_cast<double>(bounds.N), C = static_cast<double>(bounds.C),
             M = static_cast<double>(bounds.M);
  const auto n3 = static_cast<double>(t.n3), m1 = static_cast<double>(t.m1), m2 = static_cast<double>(t.m2),
             m3 = static_cast<double>(t.m3), c0 = static_cast<double>(t.c0), c1 = static_cast<double>(t.c1),
             c2 = static_cast<double>(t.c2);
  const double inputs = N * C, weights = C * M, outputs = N * M;
  PerLevel words;
  words.compute = N * M * C;
  words.dram = {m3 * inputs, n3 * weights, outputs};
  words.glb = {m3 * m2 * inputs, 0, std::max(2 * (c2 - 1), 1.0) * outputs};
  words.noc = {m3 * m2 * m1 * inputs, n3 * weights, std::max(c2 * (c1 - 1), 1.0) * outputs};
  words.rf = {M * inputs, N * weights, std::max(2 * c2 * c1 * (c0 - 1), 1.0) * outputs};
  return words;
}

double steps(const LoopTiling& t) {
  return static_cast<double>(t.n3) * static_cast<double>(t.n0) * static_cast<double>(t.m3) *
         static_cast<double>(t.m2) * static_cast<double>(t.m0) * static_cast<double>(t.c2) *
         static_cast<double>(t.c0);
}

LoopTiling best_tiling(const LoopBounds& bounds, const TilingLimits& limits, const PerLevel& energies) {
  return TilingSearch(bounds, limits, energies).best();
}

}  // namespace eyeshift
