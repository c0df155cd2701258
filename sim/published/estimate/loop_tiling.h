#pragma once

#include <cstdint>

namespace eyeshift {

// The loops of one operation: outputs [N, M] from inputs [N, C] and weights [C, M].
struct LoopBounds {
  int64_t N = 1, C = 1, M = 1;
};

// How often each loop runs at each level: N = n0 n3, M = m0 m1 m2 m3, C = c0 c1 c2; 0 in a PE, 1 across PEs,
// 2 in the global buffer, 3 in DRAM (Zhao et al., DNN-Chip Predictor, ICASSP 2020).
struct LoopTiling {
  int64_t n0 = 1, n3 = 1;
  int64_t m0 = 1, m1 = 1, m2 = 1, m3 = 1;
  int64_t c0 = 1, c1 = 1, c2 = 1;
};

// A number for each operand.
struct PerOperand {
  double inputs = 0, weights = 0, outputs = 0;  // partial sums count with outputs
};

// A number for the arithmetic and each level of the memory hierarchy: accesses in words, energies of a word,
// energies.
struct PerLevel {
  double compute = 0;
  PerOperand dram, glb, noc, rf;
};

// All of it.
double sum(const PerOperand& values);
double sum(const PerLevel& values);
// Item by item.
PerLevel product(const PerLevel& one, const PerLevel& other);

// What a tiling must fit into; words are of an operation's width.
struct TilingLimits {
  int64_t rf_outputs = 0;  // m0 at most
  int64_t rf_inputs = 0;   // c0 less than
  int64_t rf_weights = 0;  // m0 c0 less than
  int64_t pes = 0;         // m1 c1 less than
  int64_t glb_words = 0;   // n0 (c0 c1 + m0 m1 m2) less than
};

// Operations and words moved under a tiling, by the row-stationary equations of the DNN-Chip Predictor for
// layers without filters (R = S = E = F = H = W = 1).
PerLevel accesses(const LoopBounds& bounds, const LoopTiling& tiling);

// Loops that are not spread over PEs, one after the other.
double steps(const LoopTiling& tiling);

// The tiling that makes (E - Emin) / Emax + (L - Lmin) / Lmax least over all exact factorisations within the
// limits; E: energy with these energies of a word, L: steps. Of equals the first, with n0, m0, m1, m2, c0, c1
// ascending, the last one fastest.
LoopTiling best_tiling(const LoopBounds& bounds, const TilingLimits& limits, const PerLevel& energies);

}  // namespace eyeshift
