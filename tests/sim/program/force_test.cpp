#include <gmock/gmock.h>

#include <filesystem>

#include "tests/support/run_eyeshift.h"

// An output that exists is replaced with --force alone.

namespace eyeshift {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kSimulate = {"simulate", "--accelerator", "tiny-2x2", "--network", "alexnet",
                                            "--scheme", "fp16",          "--only",   "CONV5"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// `arguments` name the file as what `option` writes.
void expect_kept(const std::vector<std::string>& arguments, const std::string& option,
                 const std::string& file) {
  const Outcome outcome = run_eyeshift(arguments);
  EXPECT_EQ(outcome.status, 2) << option;
  EXPECT_EQ(outcome.err, "eyeshift " + arguments.front() + ": error: " + option + " '" + file +
                             "' exists already: give another name, or --force to replace it\n");
  EXPECT_EQ(outcome.out, "") << option;
  EXPECT_EQ(content_of(file), "old") << option;
}

TEST(Force, WithoutItNoOutputIsReplaced) {
  const TestFolder folder;
  const std::string file = folder.write("f", "old");
  expect_kept({"tables", "list", "--output", file}, "--output", file);
  for (const char* option : {"--output", "--waveform", "--timeline"})
    expect_kept(with(kSimulate, {option, file}), option, file);
  expect_kept({"perplexity", "--checkpoint", "opt-tiny", "--text", "evaluation", "--logits", file},
              "--logits", file);
  const std::vector<std::string> quantize = {"quantize", "--checkpoint", "opt-tiny", "--scheme",
                                             "rtn-oc",   "--bits",       "3"};
  expect_kept(with(quantize, {"--output", file}), "--output", file);
  expect_kept(with(quantize, {"--output", folder / "g", "--report", file}), "--report", file);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"f"});
}

TEST(Force, ReplacesAFile) {
  const TestFolder folder;
  const std::string file = folder.write("f.csv", "old");
  EXPECT_EQ(run_eyeshift({"tables", "list", "--output", file, "--force"}).status, 0);
  EXPECT_THAT(content_of(file), HasSubstr("horowitz-cacti-45nm"));
}

TEST(Force, IsNotNeededForADeviceOrALinkToNothing) {
  const TestFolder folder;
  EXPECT_EQ(run_eyeshift({"tables", "list", "--output", "/dev/null"}).status, 0);
  std::filesystem::create_symlink("target.csv", folder / "link.csv");
  EXPECT_EQ(run_eyeshift({"tables", "list", "--output", folder / "link.csv"}).status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.csv"));
  EXPECT_THAT(content_of(folder / "target.csv"), HasSubstr("horowitz-cacti-45nm"));
}

}  // namespace
}  // namespace eyeshift
