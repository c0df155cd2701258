#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::Not;

class Docs : public testing::Test {
 protected:
  // Exit status of a script of the project; out_ is what it prints.
  int run(const std::string& script, const std::string& arguments) {
    const std::string command =
        "python3 " + project_file("scripts/" + script) + " " + arguments + " >'" + folder_ / "out" + "' 2>&1";
    const int status = std::system(command.c_str());
    out_ = content_of(folder_ / "out");
    return WEXITSTATUS(status);
  }

  // A project with this README and no commands elsewhere.
  std::string project(const std::string& readme) {
    folder_.write("README.md", readme);
    return "--project '" + (folder_ / "") + "' --eyeshift /bin/echo";
  }

  TestFolder folder_;
  std::string out_;
};

TEST_F(Docs, LinksLeadSomewhere) {
  EXPECT_EQ(run("check_links.py", project_file("README.md") + " " + project_file("CONTRIBUTING.md") + " " +
                                      project_file("docs") + " " + project_file("traces") + " " +
                                      project_file("tests")),
            0)
      << out_;
}

TEST_F(Docs, ALinkThatLeadsNowhereIsNamed) {
  folder_.write("page.md", "# One\n[a](page.md#one) [b](gone.md) [c](#two)\n");
  EXPECT_EQ(run("check_links.py", "'" + (folder_ / "page.md") + "'"), 1);
  EXPECT_THAT(out_, HasSubstr("page.md:2: 'gone.md' leads to no file"));
  EXPECT_THAT(out_, HasSubstr("page.md:2: '#two' leads to no heading of page.md"));
  EXPECT_THAT(out_, Not(HasSubstr("'page.md#one'")));
}

TEST_F(Docs, QuickCommandsRun) {
  if (kSanitized) GTEST_SKIP() << "other tests run these commands with sanitizers";
  EXPECT_EQ(run("run_docs.py", "--eyeshift " + program()), 0) << out_;
  EXPECT_THAT(out_, HasSubstr("left out, "));
}

TEST_F(Docs, ACommandThatFailsIsNamed) {
  EXPECT_EQ(run("run_docs.py", project("```sh\neyeshift tables list\nfalse\n```\n")), 1);
  EXPECT_THAT(out_, HasSubstr("s: eyeshift tables list"));
  EXPECT_THAT(out_, HasSubstr("README.md:1"));
}

TEST_F(Docs, LeftOutCommandsAreListedWithTheReason) {
  const std::string readme =
      "<!-- long: 5 min -->\n```sh\nfalse\n```\n<!-- not run: as root -->\n```sh\nexit 1\n```\n";
  EXPECT_EQ(run("run_docs.py", project(readme)), 0);
  EXPECT_EQ(out_, "left out, long: 5 min: false\nleft out, not run: as root: exit 1\n");
  EXPECT_EQ(run("run_docs.py", project(readme) + " --long"), 1);
}

TEST_F(Docs, ACommandOutsideAMarkedBlockIsAMistake) {
  EXPECT_EQ(run("run_docs.py", project("text\n\n    eyeshift tables list\n")), 2);
  EXPECT_THAT(out_,
              HasSubstr("README.md:3: a command in a block that is not marked sh: eyeshift tables list"));
}

}  // namespace
}  // namespace eyeshift
