#include "sim/published/reproduce/data_reuse.h"

namespace eyeshift {

double operand_energy(const Reuse& reuse, const LevelEnergies& energies) {
  const auto& [a, b, c, d] = reuse;
  return a * energies.dram + a * b * energies.glb + a * b * c * energies.array + a * b * c * d * energies.rf;
}

double psum_energy(const Reuse& reuse, const LevelEnergies& energies) {
  const auto& [a, b, c, d] = reuse;
  return (2 * a - 1) * energies.dram + 2 * a * (b - 1) * energies.glb + a * b * (c - 1) * energies.array +
         2 * a * b * c * (d - 1) * energies.rf;
}

}  // namespace eyeshift
