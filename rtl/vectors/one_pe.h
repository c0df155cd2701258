#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/pe/unit.h"

namespace eyeshift::rtl {

// One PE with one output, on whose values a unit of the simulator computes.
class OnePe {
 public:
  OnePe(const std::string& unit, const Encoding& encoding, int inputs);

  // What the filter network brought, each kind once, in any order.
  void bring(Content content, const std::vector<uint64_t>& values, int bits);
  // Forgets it.
  void empty() { block_.clear(); }

  // Executes a step of the unit's program on x and lut: the partial sum before -> after.
  double execute(int step, double psum);
  // The finish of the output, for a token of scale 1.
  double finish(double psum);

  std::array<uint16_t, 8> x{};      // bit patterns
  std::array<uint16_t, 256> lut{};  // of halves
  PeValues values;

 private:
  const Unit& unit_;
  const Encoding encoding_;
  Pass pass_;
  BitString block_;
};

// The encodings of one output and one plane or code.
Encoding coded(Coding coding, int bits, int scale_bits, int zero_bits);
Encoding powers_of_two(int64_t group_cols, int terms);

}  // namespace eyeshift::rtl
