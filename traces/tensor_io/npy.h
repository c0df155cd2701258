#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace eyeshift {

// An array of a NumPy .npy file (format versions 1 to 3), brought to C order.
struct NpyArray {
  char kind = 'f';  // f float, i signed, u unsigned, b boolean
  size_t item_bytes = 4;
  std::vector<int64_t> shape;
  std::vector<uint8_t> data;  // little-endian

  int64_t elements() const { return static_cast<int64_t>(data.size() / item_bytes); }
  std::vector<double> to_doubles() const;
  // Integers and booleans. Throws InputError naming path for floats and for values past 63 bits.
  std::vector<int64_t> to_integers(const std::filesystem::path& path) const;
};

// Reads floats of 2, 4 and 8 bytes, integers of 1, 2, 4 and 8, booleans; C or Fortran order, little-endian.
// Everything else, and a file that is shorter or longer than its header says, is an InputError.
NpyArray read_npy(const std::filesystem::path& path);

// A two-dimensional array of finite numbers. InputError naming the first element that is NaN or infinite.
Eigen::MatrixXd read_npy_matrix(const std::filesystem::path& path);

// Write an array in C order, atomically, version 1.
void write_npy(const std::filesystem::path& path, const std::vector<int64_t>& shape, const float* values);
void write_npy(const std::filesystem::path& path, const std::vector<int64_t>& shape, const double* values);
void write_npy(const std::filesystem::path& path, const std::vector<int64_t>& shape, const int64_t* values);

}  // namespace eyeshift
