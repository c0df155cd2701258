#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "base/errors.h"
#include "base/files/data_files.h"

namespace eyeshift {

// A folder for a test's files, removed with its end.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "eyeshift-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw InternalError("no temporary folder");
    path_ = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// `text` with the first `from` replaced; throws where it is not there, so that no test edits nothing.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw InternalError("the test's file has no '" + from + "'");
  return text.replace(at, from.size(), to);
}

// The message of the InputError that `run` throws; "" where it throws none.
inline std::string input_error_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace eyeshift
