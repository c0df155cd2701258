#include "base/files/output_file.h"

#include <filesystem>

#include "base/errors.h"
#include "base/files/atomic_file.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) || destination_of(a) == destination_of(b);
}

}  // namespace

bool is_special(const std::string& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

void check_outputs(const std::vector<OutputPath>& outputs, const std::vector<InputPath>& inputs,
                   bool may_replace) {
  std::vector<std::string> seen;
  for (const auto& [output, option] : outputs) {
    // Opening a device or a pipe to see whether it opens could block or have effects.
    if (output.empty() || is_special(output)) continue;
    const AtomicFile uncommitted(output);
    for (const InputPath& input : inputs)
      if (same_file(output, input.path))
        throw InputError("output '" + output + "' would overwrite '" + input.path +
                         "', an input of this run (" + input.reader + "): give the output a name of its own");
    for (const std::string& other : seen)
      if (same_file(output, other))
        throw InputError("outputs '" + other + "' and '" + output +
                         "' go to the same file: give each a name of its own");
    if (!may_replace && fs::exists(output))
      throw InputError(option + " '" + output +
                       "' exists already: give another name, or --force to replace it");
    seen.push_back(output);
  }
}

}  // namespace eyeshift
