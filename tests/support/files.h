#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/errors.h"

namespace eyeshift {

// Whether the tests run under the sanitizers, which make whole runs five to ten times as long: what only
// compares bytes or repeats documented commands is then left to the release build.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// A folder of a test's own, removed at its end.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  // Names of what lies in the folder, sorted.
  std::vector<std::string> names() const;
  // Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

// The content of a file; "" where there is none.
std::string content_of(const std::string& path);
nlohmann::json json_of(const std::string& path);

// A file of the project.
std::string project_file(const std::string& name);
// The built program that prints vectors for the Verilog.
std::string rtl_vectors_program();
// The built program itself.
std::string program();

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
