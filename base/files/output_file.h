#pragma once

#include <string>
#include <vector>

namespace eyeshift {

// A file that a run reads, and what names it in errors, such as "--trace".
struct InputPath {
  std::string path;
  std::string reader;
};

// Whether the path leads to a device or a pipe.
bool is_special(const std::string& path);

// Checks, before the long work whose results go there, that every output of a run could be written: its
// folder exists and takes new files, it is no folder, no two are the same file, and none is a file that the
// run reads; also not through links. All of a run's outputs go into one call. Empty paths are skipped.
// Nothing is left behind. Throws InputError.
void check_outputs(const std::vector<std::string>& outputs, const std::vector<InputPath>& inputs = {});

}  // namespace eyeshift
