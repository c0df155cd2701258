#include "base/files/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "base/errors.h"

namespace eyeshift {

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  // O_NONBLOCK: opening a pipe that has no writer must fail below, not wait.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) fail(std::string("cannot be read: ") + std::strerror(errno));
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    fail("not a regular file: give the path of a file");
  }
  size_ = static_cast<uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), size_(other.size_), descriptor_(std::exchange(other.descriptor_, -1)) {}

void InputFile::read(uint64_t offset, void* destination, uint64_t bytes) const {
  char* next = static_cast<char*>(destination);
  while (bytes > 0) {
    const ssize_t got = ::pread(descriptor_, next, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    // The device fails: no fault of the input.
    if (got < 0)
      throw std::runtime_error(path_.string() + ": cannot be read any more: " + std::strerror(errno));
    if (got == 0)
      fail("ends at byte " + std::to_string(offset) + ", " + std::to_string(bytes) + " bytes too early");
    next += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<uint64_t>(got);
  }
}

std::vector<uint8_t> InputFile::read(uint64_t offset, uint64_t bytes) const {
  if (offset > size_ || bytes > size_ - offset)
    fail("truncated: bytes " + std::to_string(offset) + " to " + std::to_string(offset + bytes) +
         " are needed, the file has " + std::to_string(size_));
  std::vector<uint8_t> contents(bytes);
  read(offset, contents.data(), bytes);
  return contents;
}

void InputFile::fail(const std::string& message) const { throw InputError(path_.string() + ": " + message); }

std::string read_text(const std::filesystem::path& path, uint64_t limit) {
  const InputFile file(path);
  if (file.size() > limit)
    file.fail("has " + std::to_string(file.size()) + " bytes, at most " + std::to_string(limit) +
              " are allowed");
  std::string text(file.size(), '\0');
  file.read(0, text.data(), text.size());
  return text;
}

}  // namespace eyeshift
