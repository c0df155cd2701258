#include "base/instruction_set.h"

#include <Eigen/Core>

namespace eyeshift {

std::string instruction_set() {
#if defined(EYESHIFT_NATIVE)
#if defined(__AVX512F__)
  return "native, AVX-512";
#elif defined(__AVX2__) && defined(__FMA__)
  return "native, AVX2 and FMA";
#else
  return "native, without AVX2 or FMA";
#endif
#elif defined(__x86_64__)
  return "x86-64-v3";
#else
  return "the compiler's default";
#endif
}

std::string matrix_library() {
  return "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
         std::to_string(EIGEN_MINOR_VERSION);
}

}  // namespace eyeshift
