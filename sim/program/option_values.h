#pragma once

#include <string>
#include <vector>

namespace eyeshift {

// The names that an option of this name takes, in every command that has it: accelerators, schemes and the
// like. Empty where it takes files or numbers. Throws InputError where the names' data are missing.
std::vector<std::string> option_values(const std::string& option);

}  // namespace eyeshift
