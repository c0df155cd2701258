#include "sim/output_file.h"

#include <filesystem>
#include <set>

#include "configs/reader/atomic_file.h"
#include "configs/reader/errors.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

// A device or a pipe: opening it to see whether it opens could block or have effects.
bool is_special(const std::string& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

}  // namespace

void check_outputs(const std::vector<std::string>& paths) {
  std::set<fs::path> seen;
  for (const std::string& path : paths) {
    if (path.empty() || is_special(path)) continue;
    AtomicFile uncommitted(path);
    if (!seen.insert(fs::weakly_canonical(path)).second)
      throw InputError("two outputs go to the same file '" + path + "': give each a name of its own");
  }
}

}  // namespace eyeshift
