#pragma once

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "base/errors.h"
#include "tests/support/files.h"

namespace eyeshift::testing {

// A folder of its own for a test, removed with its contents at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "eyeshift-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw InternalError("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  size_t files() const {
    const std::filesystem::directory_iterator entries(path_);
    return static_cast<size_t>(std::distance(begin(entries), end(entries)));
  }

 private:
  std::filesystem::path path_;
};

// A file of the project.
inline std::filesystem::path project_file(const std::string& name) { return eyeshift::project_file(name); }

inline void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline nlohmann::json read_json(const std::filesystem::path& path) {
  return nlohmann::json::parse(read_bytes(path));
}

// The message of the InputError that the call throws; "no error" where it throws none.
template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

template <typename Integer>
std::string little_endian(Integer value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// A safetensors file made by hand: the header's size, the header, the data.
inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
  return little_endian<uint64_t>(header.size()) + header + data;
}

// The header and the data of a safetensors file.
inline std::pair<std::string, std::string> safetensors_parts(const std::string& bytes) {
  uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  return {bytes.substr(sizeof size, size), bytes.substr(sizeof size + size)};
}

// Equal sequences on every machine, unlike the standard's distributions.
class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>((uint64_t{engine_()} * limit) >> 32); }
  // About normal, mean 0, variance 1.
  float normal() {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(engine_()) / 4294967296.0;
    return static_cast<float>(sum - 6.0);
  }

 private:
  std::mt19937 engine_;
};

// The bytes with a few changed, cut off, inserted or doubled.
inline std::string damaged(std::string bytes, Random& random) {
  const auto position = [&] { return random.below(static_cast<uint32_t>(bytes.size())); };
  const uint32_t damages = 1 + random.below(4);
  for (uint32_t i = 0; i < damages && !bytes.empty(); ++i) {
    switch (random.below(5)) {
      case 0:
        bytes[position()] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes[position()] ^= static_cast<char>(1u << random.below(8));
        break;
      case 2:
        bytes.resize(position());
        break;
      case 3:
        bytes.insert(position(), 1 + random.below(9), static_cast<char>('0' + random.below(80)));
        break;
      default:
        bytes.insert(position(), bytes.substr(position(), 1 + random.below(40)));
    }
  }
  return bytes;
}

// How many of 1000 damaged versions of a file `read`, given its path, refuses with an InputError; any other
// exception passes.
template <typename Read>
int refused_of_1000_damaged(const std::string& whole, uint32_t seed, Read read) {
  const TemporaryFolder folder;
  Random random(seed);
  int refused = 0;
  for (int i = 0; i < 1000; ++i) {
    write_bytes(folder / "damaged", damaged(whole, random));
    try {
      read(folder / "damaged");
    } catch (const InputError&) {
      ++refused;
    }
  }
  return refused;
}

}  // namespace eyeshift::testing
