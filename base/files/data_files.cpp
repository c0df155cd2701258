#include "base/files/data_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/errors.h"
#include "base/files/data_places.h"
#include "base/nearest.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = 4'000'000;

const std::vector<std::string> kEndings = {".yaml", ".txt"};

bool is_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return !error && fs::exists(status) && !fs::is_directory(status);
}

[[noreturn]] void fail_not_found(const std::string& path_or_name, const std::string& kind,
                                 const std::string& thing, const std::vector<std::string>& names) {
  throw InputError(kind + " '" + path_or_name + "' not found: no such " + thing +
                   ", and none of the names that come with the program: " + join_names(names) +
                   hint(fs::path(path_or_name).stem().string(), names));
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
  std::error_code error;
  const bool is_folder = fs::is_directory(path_or_name, error);
  if (!fs::path(path_or_name).has_parent_path()) {
    const fs::path named = data_folder(folder) / path_or_name;
    if (is_file(named)) return named.string();
    for (const std::string& ending : kEndings)
      if (is_file(named.string() + ending)) return named.string() + ending;
  }
  if (is_folder) throw InputError(path_or_name + ": is a folder, not a file");
  fail_not_found(path_or_name, kind, "file", data_file_names(folder));
}

std::string find_data_folder(const std::string& path_or_name, const std::string& folder,
                             const std::string& kind) {
  if (path_or_name.empty()) throw InputError("the " + kind + "'s name is empty");
  std::error_code error;
  if (fs::is_directory(path_or_name, error)) return path_or_name;
  if (!fs::path(path_or_name).has_parent_path()) {
    const fs::path named = data_folder(folder) / path_or_name;
    if (fs::is_directory(named, error)) return named.string();
  }
  fail_not_found(path_or_name, kind, "folder", data_folder_names(folder));
}

std::vector<std::string> data_file_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_folder(folder))) {
    const fs::path& path = entry.path();
    if (std::find(kEndings.begin(), kEndings.end(), path.extension().string()) != kEndings.end())
      names.push_back(path.stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> data_folder_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_folder(folder)))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace eyeshift
