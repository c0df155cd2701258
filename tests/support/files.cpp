#include "tests/support/files.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace eyeshift {

namespace fs = std::filesystem;

TestFolder::TestFolder() {
  std::string name = (fs::temp_directory_path() / "eyeshift-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> TestFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string TestFolder::write(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return *this / name;
}

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

nlohmann::json json_of(const std::string& path) { return nlohmann::json::parse(content_of(path)); }

// Only this file knows where the build put things, so that the others compile to the same in every folder.
std::string project_file(const std::string& name) { return EYESHIFT_SOURCE_DIR "/" + name; }
std::string rtl_vectors_program() { return EYESHIFT_RTL_VECTORS; }
std::string program() { return EYESHIFT_BINARY; }

}  // namespace eyeshift
