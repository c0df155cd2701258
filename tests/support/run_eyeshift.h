#pragma once

#include <string>
#include <vector>

#include "tests/support/files.h"

namespace eyeshift {

struct Outcome {
  int status = -1;  // exit status; -1 where a signal ended the program
  std::string out, err;
};

// Runs the program at that path with these arguments.
Outcome run_program(const std::string& path, const std::vector<std::string>& arguments);
// The same of the built program.
Outcome run_eyeshift(const std::vector<std::string>& arguments);

}  // namespace eyeshift
