#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>

#include "base/nearest.h"
#include "sim/program/command.h"

// libsystemc brings a main of its own and wants an sc_main: this program settles both.
extern "C" int sc_main(int, char**) { return 0; }

namespace eyeshift {
namespace {

namespace po = boost::program_options;

constexpr int kDone = 0, kFailed = 1, kBadInput = 2;
constexpr unsigned kColumns = 100;

std::string program_help() {
  std::string text = "eyeshift " EYESHIFT_VERSION
                     R"(: what do shift-and-add and look-up tables save over multiply-accumulate on an
Eyeriss-like accelerator, once every bit of data movement is paid for?

usage: eyeshift COMMAND [OPTIONS]
       eyeshift COMMAND --help      what a command does, its options, an example
       eyeshift --version

It quantizes a network, simulates it on the accelerator cycle by cycle, and reports time, energy, area and
accuracy. Three ways to use it:
  explore    compare schemes, accelerators and mappings: compare; or, a step at a time, quantize, then
             simulate; --set changes a value of the accelerator, price another technology
  reproduce  put published numbers beside simulated ones: reproduce, estimate, audit
  teach      see where cycles and energy go: simulate --timeline F.json, tables, perplexity

commands:
)";
  const std::vector<std::string> names = Registry<Command>::instance().names();
  size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  for (const std::string& name : names)
    text += "  " + name + std::string(width + 2 - name.size(), ' ') +
            Registry<Command>::instance().find(name, "command").summary() + "\n";
  return text + R"(
exit status: 0 done, 1 the run failed, 2 bad input (nothing is written)

environment: EYESHIFT_DATA names the folder of the files that come with the program (accelerators,
networks, tables, a checkpoint, texts); without it they are found beside the program

example:
)" + Registry<Command>::instance().find("compare", "command").example();
}

po::options_description all_options(const Command& command) {
  po::options_description options("options", kColumns, kColumns / 2);
  const po::options_description own = command.options();
  for (const auto& option : own.options()) options.add(option);
  options.add_options()("help,h", "print this help and stop");
  return options;
}

std::string command_help(const Command& command) {
  std::ostringstream text;
  text << command.summary() << "\n\nusage: eyeshift " << command.usage() << "\n\n"
       << command.description() << "\n\n"
       << all_options(command) << "\nexample:\n"
       << command.example();
  return text.str();
}

std::string unknown_option(const Command& command, const std::string& option) {
  std::vector<std::string> names;
  const po::options_description options = all_options(command);
  for (const auto& known : options.options()) names.push_back("--" + known->long_name());
  return "unknown option '" + option + "'" + hint(option, names);
}

void run_command(const Command& command, const std::vector<std::string>& arguments) {
  const po::options_description options = all_options(command);
  po::positional_options_description positionals;
  for (const std::string& name : command.positionals()) positionals.add(name.c_str(), 1);

  po::variables_map values;
  try {
    // An abbreviated option would change its meaning as soon as another one begins the same way.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(options).positional(positionals).style(style).run(),
              values);
    if (values.count("help") != 0) return print(command_help(command));
    po::notify(values);
  } catch (const po::unknown_option& error) {
    throw InputError(unknown_option(command, error.get_option_name()));
  } catch (const po::too_many_positional_options_error&) {
    throw InputError("too many arguments; see 'eyeshift " +
                     command.usage().substr(0, command.usage().find(' ')) + " --help'");
  } catch (const po::error& error) {
    throw InputError(error.what());
  }
  command.run(values);
}

int guarded_run(const std::string& name, const std::vector<std::string>& arguments) {
  const std::string prefix = "eyeshift " + name + ": ";
  try {
    run_command(Registry<Command>::instance().find(name, "command"), arguments);
    return kDone;
  } catch (const InputError& error) {
    std::cerr << prefix << "error: " << error.what() << "\n";
    return kBadInput;
  } catch (const std::bad_alloc&) {
    std::cerr << prefix << "failed: out of memory\n";
  } catch (const InternalError& error) {
    std::cerr << prefix << "failed: this is a fault of eyeshift: " << error.what() << "\n";
  } catch (const std::exception& error) {
    std::cerr << prefix << "failed: " << error.what() << "\n";
  }
  return kFailed;
}

int run_program(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::cerr << program_help();
    return kBadInput;
  }
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "help") {
    if (arguments.size() > 1 && first == "help") return run_program({arguments[1], "--help"});
    print(program_help());
    return kDone;
  }
  if (first == "--version") {
    print("eyeshift " EYESHIFT_VERSION "\n");
    return kDone;
  }
  const std::vector<std::string> names = Registry<Command>::instance().names();
  if (std::find(names.begin(), names.end(), first) == names.end()) {
    const bool option = first.rfind('-', 0) == 0;
    std::vector<std::string> known = names;
    if (option) known = {"--help", "--version"};
    std::cerr << "eyeshift: error: unknown " << (option ? "option" : "command") << " '" << first << "'"
              << hint(first, known) << "; commands are " << join_names(names) << "; see 'eyeshift --help'\n";
    return kBadInput;
  }
  return guarded_run(first, {arguments.begin() + 1, arguments.end()});
}

}  // namespace

void print(const std::string& text) {
  std::cout << text << std::flush;
  if (!std::cout) throw std::runtime_error("cannot write to standard output");
}

}  // namespace eyeshift

int main(int argc, char** argv) {
  // A reader that closes the pipe early is a failed write, reported as such.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return eyeshift::run_program({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "eyeshift: failed: " << error.what() << "\n";
    return 1;
  }
}
