#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace eyeshift {

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

struct Outcome {
  int status = -1;  // exit status; -1 where a signal ended the program
  std::string out, err;
};

// Runs the built program with these arguments.
Outcome run_eyeshift(const std::vector<std::string>& arguments);

// The content of a file; "" where there is none.
std::string content_of(const std::string& path);
nlohmann::json json_of(const std::string& path);

// A file of the project.
std::string project_file(const std::string& name);

}  // namespace eyeshift
