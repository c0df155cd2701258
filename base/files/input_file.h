#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace eyeshift {

// A regular file read by position, so that a part of a large file costs only that part. Failures are
// InputErrors that name the file and the system's reason; of a device that fails, std::runtime_errors.
class InputFile {
 public:
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;

  const std::filesystem::path& path() const { return path_; }
  uint64_t size() const { return size_; }

  // bytes bytes from offset on; InputError where the file ends before.
  void read(uint64_t offset, void* destination, uint64_t bytes) const;
  std::vector<uint8_t> read(uint64_t offset, uint64_t bytes) const;

  // Throws InputError "FILE: message".
  [[noreturn]] void fail(const std::string& message) const;

 private:
  std::filesystem::path path_;
  uint64_t size_ = 0;
  int descriptor_ = -1;
};

// The whole of a file of at most limit bytes.
std::string read_text(const std::filesystem::path& path, uint64_t limit);

}  // namespace eyeshift
