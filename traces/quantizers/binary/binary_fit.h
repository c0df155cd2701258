#pragma once

#include <vector>

#include "traces/quantizers/binary/binary_levels.h"

namespace eyeshift {

// How the scales of binary planes are fitted.
struct BinaryFit {
  int planes = 3;     // 1 ... kMaxPlanes
  int cycles = 15;    // alternating rounds at most
  int pot_terms = 0;  // scales are sums of that many powers of two; 0: real
};

// Scales alpha with sum over planes of alpha b near the values (at least one), b in {-1, +1}: greedy (b =
// sign(r), alpha = mean|r|, r -= alpha b), then rounds of least squares for alpha, |alpha| in descending
// order, powers of two if asked, nearest level for every value, until the scales repeat. Alternating
// minimisation: Xu et al., ICLR 2018; powers of two inside the round: ShiftAddLLM, You et al., NeurIPS 2024.
// One plane is fitted greedily.
PlaneScales fit_plane_scales(std::vector<double> values, const BinaryFit& fit);

}  // namespace eyeshift
