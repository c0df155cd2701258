#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eyeshift {

// The folders that may hold the files that come with the program, in the order in which they are tried:
// the one that EYESHIFT_DATA names, alone, where that is set; else share/eyeshift next to the program's
// folder, as installed; share/eyeshift in the program's folder, as built; and that of the prefix which the
// program was built for.
std::vector<std::filesystem::path> data_places();

// `folder`, such as "configs/accelerators", in the first of data_places() that has it. Throws InputError that
// names the places tried.
std::filesystem::path data_folder(const std::string& folder);

}  // namespace eyeshift
