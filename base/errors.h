#pragma once

#include <stdexcept>
#include <string>

namespace eyeshift {

// The user's error: bad input, an impossible size, an unwritable file. The program prints the message, which
// names file, line, value and remedy where they apply, and exits with status 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Our error: an invariant of the simulator is broken. The program prints the message and exits with status 1.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace eyeshift
