#pragma once

#include <string>
#include <vector>

namespace eyeshift {

// Checks, before the long work whose results go there, that every path could be written: its folder exists
// and takes new files, it is no folder, and no two are the same file. Empty paths are skipped. Nothing is
// left behind. Throws InputError.
void check_outputs(const std::vector<std::string>& paths);

}  // namespace eyeshift
