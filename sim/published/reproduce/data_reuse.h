#pragma once

namespace eyeshift {

// Energy of moving a value to or from each level of Eyeriss's memory hierarchy, in one unit (Chen et al.,
// ISCA 2016, Table IV).
struct LevelEnergies {
  double dram = 0, glb = 0, array = 0, rf = 0;
};

// How often a value is used, split over the levels: each of `dram` times that it comes from DRAM it is read
// `glb` times from the global buffer, each of these goes to `array` PEs, each of which reads it `rf` times
// from its register file. The paper's a, b, c, d; averages over values need not be whole.
struct Reuse {
  double dram = 1, glb = 1, array = 1, rf = 1;
};

// Energy of moving an input or a weight that is used dram glb array rf times (ISCA 2016, equation 3).
double operand_energy(const Reuse& reuse, const LevelEnergies& energies);

// Energy of moving the partial sum of an output that takes dram glb array rf accumulations (ISCA 2016,
// equation 4): written to and read back from DRAM, global buffer and register files, added up along PEs.
double psum_energy(const Reuse& reuse, const LevelEnergies& energies);

}  // namespace eyeshift
