#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "tests/support/run_eyeshift.h"

// The example in every command's --help runs as it is printed, in a folder where nothing is.

namespace eyeshift {
namespace {

// The example of price prices what that of compare writes, and runs with it.
const std::vector<std::string> kCommands = {"area",        "audit",      "compare",  "complete",
                                            "estimate",    "perplexity", "quantize", "reproduce",
                                            "sensitivity", "simulate",   "tables"};

// What stands below "example:" at the end of a help.
std::string example_of(const std::vector<std::string>& help) {
  const std::string text = run_eyeshift(help).out, title = "\nexample:\n";
  const size_t at = text.find(title);
  return at == std::string::npos ? "" : text.substr(at + title.size());
}

// Exit status of a shell that runs `commands` in the folder, with the built program as `eyeshift`.
int run_in(const TestFolder& folder, const std::string& commands) {
  const std::string program_folder = std::filesystem::path(program()).parent_path();
  const std::string script =
      folder.write("example.sh", "set -e\ncd '" + (folder / "work") + "'\nPATH='" + program_folder +
                                     "':$PATH\nexec >../out 2>../err\n" + commands);
  std::filesystem::create_directory(folder / "work");
  return std::system(("sh '" + script + "'").c_str());
}

class Examples : public testing::TestWithParam<std::string> {};

TEST_P(Examples, RunAsPrinted) {
  if (kSanitized) GTEST_SKIP() << "other tests run these commands with sanitizers";
  const TestFolder folder;
  std::string commands = example_of({GetParam(), "--help"});
  ASSERT_THAT(commands, testing::HasSubstr("  eyeshift " + GetParam() + " "));
  if (GetParam() == "compare") commands += example_of({"price", "--help"});
  EXPECT_EQ(run_in(folder, commands), 0) << content_of(folder / "err");
  EXPECT_NE(content_of(folder / "out"), "");
}

INSTANTIATE_TEST_SUITE_P(Commands, Examples, testing::ValuesIn(kCommands),
                         [](const auto& command) { return command.param; });

TEST(ExampleTests, AreThoseOfEveryCommand) {
  const std::string help = run_eyeshift({"--help"}).out;
  const size_t begin = help.find("\ncommands:\n") + 11;
  const std::string list = help.substr(begin, help.find("\n\n", begin) + 1 - begin);
  EXPECT_EQ(static_cast<size_t>(std::count(list.begin(), list.end(), '\n')), kCommands.size() + 1) << list;
}

}  // namespace
}  // namespace eyeshift
