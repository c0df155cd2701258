#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/files/input_file.h"

namespace eyeshift {

struct NpyHeader {
  char kind = 'f';
  size_t item_bytes = 4;
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// Parses the header of a .npy file, a Python literal {'descr': '<f4', 'fortran_order': False, 'shape': (3,
// 4), }. Throws InputError naming the file.
NpyHeader parse_npy_header(const std::string& text, const InputFile& file);

}  // namespace eyeshift
