#include "base/files/data_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/errors.h"
#include "base/nearest.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = 4'000'000;

fs::path data_folder(const std::string& folder) { return fs::path(EYESHIFT_DATA_DIR) / folder; }

bool is_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return !error && fs::exists(status) && !fs::is_directory(status);
}

}  // namespace

std::string read_text_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw InputError(path + ": is a folder, not a file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path + ": cannot be read: " + std::strerror(errno != 0 ? errno : EIO));
  std::string text;
  std::array<char, 65536> chunk;
  while (file.read(chunk.data(), chunk.size()), file.gcount() > 0 && text.size() <= kLargestFile)
    text.append(chunk.data(), static_cast<size_t>(file.gcount()));
  if (file.bad()) throw InputError(path + ": reading failed");
  if (text.size() > kLargestFile) throw InputError(path + ": larger than the 4 MB that such a file may have");
  return text;
}

std::string find_data_file(const std::string& path_or_name, const std::string& folder,
                           const std::string& kind) {
  if (path_or_name.empty()) throw InputError("the " + kind + "'s name is empty");
  if (is_file(path_or_name)) return path_or_name;
  const fs::path name(path_or_name);
  if (!name.has_parent_path()) {
    for (const std::string& file : {path_or_name, path_or_name + ".yaml"}) {
      if (is_file(data_folder(folder) / file)) return (data_folder(folder) / file).string();
    }
  }
  std::error_code error;
  if (fs::is_directory(name, error)) throw InputError(path_or_name + ": is a folder, not a file");
  const std::vector<std::string> names = data_file_names(folder);
  throw InputError(kind + " '" + path_or_name +
                   "' not found: no such file, and none of the names that come with the "
                   "program: " +
                   join_names(names) + hint(name.stem().string(), names));
}

std::vector<std::string> data_file_names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_folder(folder), error)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace eyeshift
