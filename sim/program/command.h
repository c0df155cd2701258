#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"

namespace eyeshift {

// A subcommand of the program. Stateless; registers itself with Registration<Command, ...> in its own file.
class Command {
 public:
  virtual ~Command() = default;

  // One line for the program's --help.
  virtual std::string summary() const = 0;
  // Usage lines, without the program's name: "quantize --checkpoint DIR ...".
  virtual std::string usage() const = 0;
  // What the command is for, in a paragraph or two; and a worked example.
  virtual std::string description() const = 0;
  virtual std::string example() const = 0;
  // Its options; --help is added to them.
  virtual boost::program_options::options_description options() const = 0;
  // Names of positional arguments, each also an option; empty: none.
  virtual std::vector<std::string> positionals() const { return {}; }

  // The names that an option of its own takes, where option_values() does not say them: for a shell's
  // completion.
  virtual std::vector<std::string> names_for(const std::string& /*option*/) const { return {}; }

  // Does the work. Throws InputError for the user's errors; any other exception is a failed run.
  virtual void run(const boost::program_options::variables_map& arguments) const = 0;
};

// Prints `text` on standard output. Throws std::runtime_error where that fails.
void print(const std::string& text);

}  // namespace eyeshift
