#pragma once

#include <string>
#include <vector>

#include "tests/support/files.h"

namespace eyeshift {

struct Outcome {
  int status = -1;  // exit status; -1 where a signal ended the program
  std::string out, err;
};

// Runs the built program with these arguments.
Outcome run_eyeshift(const std::vector<std::string>& arguments);

}  // namespace eyeshift
