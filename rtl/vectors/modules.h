#pragma once

#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

#include "rtl/vectors/operands.h"

namespace eyeshift::rtl {

// A part of a line's operands or result; a result that is not known is not compared.
struct Field {
  uint64_t value;
  int bits;
  bool known = true;
};

// Lines for rtl/bench.v: the operands and the result that is expected, hexadecimal, first field first.
class VectorFile {
 public:
  explicit VectorFile(std::ostream& out) : out_(out) {}
  void write(std::initializer_list<Field> operands, std::initializer_list<Field> result);

 private:
  std::ostream& out_;
};

// A module of rtl/tops.v, and what the simulator's units compute from its operands: corner cases first, then
// about `count` random ones. Modules with state need their lines in order.
struct Module {
  const char* name;
  int operand_bits, result_bits;
  void (*vectors)(Operands& operands, int count, VectorFile& file);
};

// Integer and floating-point operations: models/units/arithmetic.h, and for integers C++'s own.
std::vector<Module> arithmetic_modules();
// What a PE computes with: Unit::execute() and Unit::finish().
std::vector<Module> unit_modules();
// The tables of the lut unit, and it with them.
std::vector<Module> lut_modules();

}  // namespace eyeshift::rtl
