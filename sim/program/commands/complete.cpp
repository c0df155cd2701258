#include <algorithm>
#include <cctype>
#include <sstream>

#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/option_values.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

bool begins_with(const std::string& word, const std::string& beginning) {
  return word.rfind(beginning, 0) == 0;
}

// The words of a command line; the last is the one being typed, empty after a space.
Words words_of(const std::string& line) {
  Words words;
  std::istringstream stream(line);
  for (std::string word; stream >> word;) words.push_back(word);
  if (line.empty() || std::isspace(static_cast<unsigned char>(line.back())) != 0) words.emplace_back();
  return words;
}

Words with_prefix(const std::string& prefix, Words words) {
  for (std::string& word : words) word = prefix + word;
  return words;
}

// The words that --help lists as an option's values: "table|json|csv".
Words listed_values(const std::string& values) {
  const auto is_of_names = [](char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-' || c == '|';
  };
  Words words;
  if (!std::all_of(values.begin(), values.end(), is_of_names)) return words;
  std::istringstream stream(values);
  for (std::string word; std::getline(stream, word, '|');) words.push_back(word);
  return words;
}

// SCHEME@UNIT/DATAFLOW, part after part.
Words side_values(const std::string& typed) {
  const size_t at = typed.find('@'), slash = typed.find('/');
  if (at == std::string::npos) {
    Words schemes = option_values("scheme");
    for (std::string& scheme : schemes) scheme += '@';
    return schemes;
  }
  if (slash == std::string::npos) return with_prefix(typed.substr(0, at + 1), option_values("unit"));
  return with_prefix(typed.substr(0, slash + 1), option_values("dataflow"));
}

Words values_of(const Command& command, const po::option_description& option, const std::string& typed) {
  const std::string& name = option.long_name();
  if (name == "schemes") {
    const size_t begin = typed.rfind(',') + 1;
    return with_prefix(typed.substr(0, begin), side_values(typed.substr(begin)));
  }
  for (const Words& values :
       {command.names_for(name), listed_values(option.semantic()->name()), option_values(name)})
    if (!values.empty()) return values;
  return {};
}

Words options_of(const po::options_description& options) {
  Words names = {"--help"};
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

// The option that a word names, if it needs a value behind it.
const po::option_description* valued_option(const po::options_description& options, const std::string& word) {
  if (!begins_with(word, "--")) return nullptr;
  const po::option_description* option = options.find_nothrow(word.substr(2), false);
  return option != nullptr && option->semantic()->max_tokens() > 0 ? option : nullptr;
}

Words next_words(const Command& command, const Words& words) {
  const po::options_description options = command.options();
  const std::string& typed = words.back();
  if (const auto* option = valued_option(options, words[words.size() - 2]))
    return values_of(command, *option, typed);
  const size_t equals = typed.find('=');
  if (const auto* option = valued_option(options, typed.substr(0, equals)); option && equals != typed.npos)
    return with_prefix(typed.substr(0, equals + 1), values_of(command, *option, typed.substr(equals + 1)));
  if (begins_with(typed, "-")) return options_of(options);

  size_t position = 0;
  for (size_t i = 2; i + 1 < words.size(); ++i)
    position += !begins_with(words[i], "-") && valued_option(options, words[i - 1]) == nullptr ? 1 : 0;
  const Words positionals = command.positionals();
  if (position >= positionals.size()) return options_of(options);
  return values_of(command, options.find(positionals[position], false), typed);
}

Words candidates(const Words& words) {
  const Registry<Command>& commands = Registry<Command>::instance();
  Words names = commands.names();
  if (words.size() <= 2) {
    names.insert(names.end(), {"--help", "--version"});
    return names;
  }
  if (words[1] == "help") return names;
  if (std::find(names.begin(), names.end(), words[1]) == names.end()) return {};
  return next_words(commands.find(words[1], "command"), words);
}

class Complete : public Command {
 public:
  std::string summary() const override {
    return "what may come next on a command line, for a shell's completion";
  }
  std::string usage() const override { return "complete --line LINE"; }
  std::string description() const override {
    return R"(Prints what the last word of the line may become, a word a line: subcommands, a subcommand's options, the
names that an option takes. Nothing where a file's name is expected.)";
  }
  std::string example() const override {
    return "  eyeshift complete --line 'eyeshift compare --accelerator eye'\n";
  }
  po::options_description options() const override {
    return option_list({{"line", value("LINE"), "the command line, as far as it is typed"}});
  }

  void run(const po::variables_map& arguments) const override {
    const Words words = words_of(text(arguments, "line"));
    std::string lines;
    for (const std::string& word : candidates(words))
      if (begins_with(word, words.back())) lines += word + "\n";
    print(lines);
  }
};

const Registration<Command, Complete> complete_registration("complete");

}  // namespace
}  // namespace eyeshift
