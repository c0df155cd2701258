#include "base/files/data_places.h"

#include <sys/auxv.h>

#include <cstdlib>

#include "base/errors.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

constexpr char kShare[] = "share/eyeshift";

const char* data_variable() {
  const char* named = std::getenv("EYESHIFT_DATA");
  return named != nullptr && *named != '\0' ? named : nullptr;
}

// Where the program really lies, also when a link starts it; without /proc, as its starter called it.
fs::path program_folder() {
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) program = fs::canonical(reinterpret_cast<const char*>(getauxval(AT_EXECFN)), error);
  return program.parent_path();
}

}  // namespace

std::vector<fs::path> data_places() {
  if (const char* named = data_variable()) return {named};
  const fs::path program = program_folder();
  return {program.parent_path() / kShare, program / kShare, EYESHIFT_INSTALLED_DATA};
}

fs::path data_folder(const std::string& folder) {
  std::string tried;
  for (const fs::path& place : data_places()) {
    std::error_code error;
    if (fs::is_directory(place / folder, error)) return place / folder;
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  if (data_variable() != nullptr)
    throw InputError("EYESHIFT_DATA '" + tried + "' has no folder " + folder +
                     ": name the folder that holds the files that come with the program");
  throw InputError("the files that come with the program are missing: there is no " + folder + " in any of " +
                   tried + "; install them again, or set EYESHIFT_DATA to the folder that holds them");
}

}  // namespace eyeshift
