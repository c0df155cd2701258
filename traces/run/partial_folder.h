#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace eyeshift {

// The folder OUTPUT.partial in which a long run keeps what it has finished, so that the same run, begun again
// after a kill, goes on from there. Files appear in it complete or not at all; one process at a time may use
// it.
class PartialFolder {
 public:
  // Makes the folder, or takes up the one that is there. job: an object that says what the output depends
  // on. restart: what is there is thrown away. Throws InputError where another process uses the folder, where
  // it holds another job, naming the first difference, or other files, or where it cannot be made.
  PartialFolder(const std::filesystem::path& output, const nlohmann::json& job, bool restart);
  ~PartialFolder();
  PartialFolder(const PartialFolder&) = delete;
  PartialFolder& operator=(const PartialFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  // JSON under a checksum; reading gives nothing where the file is absent or damaged.
  void write(const std::string& name, const nlohmann::json& content) const;
  std::optional<nlohmann::json> read(const std::string& name) const;

  // Removes the run's files and the folder.
  void remove();

 private:
  class Lock;

  // Writes the job where there is none, and keeps nothing without one.
  void check_job(const nlohmann::json& job) const;
  void remove_files() const;

  std::filesystem::path path_;
  std::unique_ptr<const Lock> lock_;
};

// SHA-256 of a file, 64 hexadecimal digits. Throws InputError where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace eyeshift
