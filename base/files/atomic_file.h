#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace eyeshift {

// Where a file of this path lies: the path without links, also where the last one leads to a file that does
// not exist yet.
std::filesystem::path destination_of(std::filesystem::path path);

// An output file that appears complete or not at all: it is written next to its destination under a temporary
// name and takes its place on commit(). Without commit() the temporary file is removed and the destination is
// untouched. A destination that is not a regular file (a pipe, /dev/stdout) is written directly. Every
// failure is an InputError that names the destination and the system's reason.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  [[noreturn]] void fail(int error) const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty: written directly
  int descriptor_ = -1;
};

// Writes a whole file atomically.
void write_file_atomically(const std::filesystem::path& path, std::string_view contents);

}  // namespace eyeshift
