#pragma once

#include <string>
#include <vector>

namespace eyeshift {

// A file that a run reads, and what names it in errors, such as "--trace".
struct InputPath {
  std::string path;
  std::string reader;
};

// A file that a run writes, and the option that names it, such as "--output".
struct OutputPath {
  std::string path;
  std::string option;
};

// Whether the path leads to a device or a pipe.
bool is_special(const std::string& path);

// Checks, before the long work whose results go there, that every output of a run could be written: its
// folder exists and takes new files, it is no folder, no two are the same file, none is a file that the run
// reads, also not through links, and none exists already unless `may_replace`. All of a run's outputs go into
// one call. Empty paths are skipped, devices and pipes take what comes. Nothing is left behind. Throws
// InputError.
void check_outputs(const std::vector<OutputPath>& outputs, const std::vector<InputPath>& inputs,
                   bool may_replace);

}  // namespace eyeshift
