#pragma once

#include <vector>

#include "base/files/output_file.h"
#include "sim/program/arguments.h"

namespace eyeshift {

// The files that a command reads for the options that it is given: files named by path or by the name of one
// that comes with the program, what a table extends, and in a checkpoint's folder its configuration, index
// and weights. Options that a command does not have are skipped. Throws InputError where a name is unknown.
std::vector<InputPath> input_files(const Arguments& arguments);

}  // namespace eyeshift
