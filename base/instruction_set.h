#pragma once

#include <string>

namespace eyeshift {

// The instructions that the program was compiled for, on which the last digits of its sums depend:
// "x86-64-v3", the same on every processor, or "native, AVX-512" and the like where it was built with
// EYESHIFT_NATIVE.
std::string instruction_set();

// The version of the library that multiplies matrices, on which the order of sums depends: "Eigen 3.4.0".
std::string matrix_library();

}  // namespace eyeshift
