#pragma once

#include <boost/program_options.hpp>
#include <initializer_list>
#include <string>
#include <vector>

namespace eyeshift {

// One option of a command: its name without dashes, what it takes, and its text in --help.
struct Option {
  const char* name;
  const boost::program_options::value_semantic* takes;
  std::string text;
};

// What an option takes; `hint` names the value in --help. Values are kept as text and read with the functions
// of arguments.h, so that every error names the option, its value and what is allowed.
boost::program_options::typed_value<std::string>* value(const char* hint);
// A value each time that the option is given.
boost::program_options::typed_value<std::vector<std::string>>* values(const char* hint);
// No value: true where the option is given.
boost::program_options::typed_value<bool>* flag();

// The options of a command, one an entry, in the order of --help.
boost::program_options::options_description option_list(std::initializer_list<Option> options);

}  // namespace eyeshift
