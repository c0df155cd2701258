#pragma once

#include <string>
#include <vector>

namespace eyeshift {

// The bytes of a small text file (at most 4 MB). Throws InputError where it is missing, a folder, unreadable
// or larger.
std::string read_text_file(const std::string& path);

// The file that a user means by `path_or_name`: the file at that path; else NAME or NAME.yaml in `folder` of
// the files that come with the program (such as "configs/accelerators"). `kind` is what the error calls it.
// Throws InputError that lists the names in `folder`.
std::string find_data_file(const std::string& path_or_name, const std::string& folder,
                           const std::string& kind);

// Names, without ".yaml", of the files in `folder` of those that come with the program; sorted.
std::vector<std::string> data_file_names(const std::string& folder);

}  // namespace eyeshift
