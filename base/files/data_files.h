#pragma once

#include <string>
#include <vector>

namespace eyeshift {

// The bytes of a small text file (at most 4 MB). Throws InputError where it is missing, a folder, unreadable
// or larger.
std::string read_text_file(const std::string& path);

// The file that a user means by `path_or_name`: the file at that path; else NAME, NAME.yaml or NAME.txt in
// `folder` of the files that come with the program (such as "configs/accelerators"). `kind` is what the error
// calls it. Throws InputError that lists the names in `folder`, or where that is missing.
std::string find_data_file(const std::string& path_or_name, const std::string& folder,
                           const std::string& kind);
// The same of a folder: the one at that path, else NAME in `folder`.
std::string find_data_folder(const std::string& path_or_name, const std::string& folder,
                             const std::string& kind);

// Names, without ".yaml" or ".txt", of the files in `folder` of those that come with the program; sorted.
// Throws InputError where `folder` is missing.
std::vector<std::string> data_file_names(const std::string& folder);
// The same of the folders in it.
std::vector<std::string> data_folder_names(const std::string& folder);

}  // namespace eyeshift
