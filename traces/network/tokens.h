#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "traces/network/network.h"

namespace eyeshift {

// The names of the texts that come with the program, those that are taken unless others are named among them.
std::vector<std::string> text_names();
inline constexpr char kCalibrationText[] = "calibration";
inline constexpr char kEvaluationText[] = "evaluation";

// The text of this name that comes with the program.
std::string own_text(const std::string& name);
// The file at that path, else the text of this name that comes with the program. Throws InputError that lists
// the names.
std::string find_text(const std::string& path_or_name);

// The token ids of a .npy of integers (any shape, in C order), or the bytes of a text, which fit networks of
// 256 tokens only. Throws InputError for an id outside the vocabulary, naming its position, and for an empty
// file.
Tokens load_tokens(const std::filesystem::path& path, int64_t vocabulary);

// Number of windows of that size that fit without overlap; a last partial one is dropped. Throws InputError
// where the window is below least or exceeds the network's positions, or where no window fits. what: the
// tokens, in the error.
int64_t count_windows(const Network& network, const Tokens& tokens, int64_t window, int64_t least,
                      const std::string& what);

}  // namespace eyeshift
