#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/support/files.h"

namespace eyeshift {
namespace {

using ::testing::HasSubstr;

// What Python prints.
std::string output_of(const std::string& code) {
  const TestFolder folder;
  const std::string script = folder.write(
      "run.py", "import sys; sys.path.insert(0, '" + project_file("scripts") + "'); import folders\n" + code);
  EXPECT_EQ(std::system(("python3 -B " + script + " > " + (folder / "out") + " 2>&1").c_str()), 0);
  return content_of(folder / "out");
}

TEST(Folders, HaveNoCircleAndOnlyTheArrowsThatContributingAllows) {
  const TestFolder folder;
  const std::string out = folder / "out";
  EXPECT_EQ(std::system((project_file("scripts/folders.py") + " > " + out + " 2>&1").c_str()), 0)
      << content_of(out);
  EXPECT_THAT(content_of(out), HasSubstr("  models/units  "));
}

TEST(Folders, InACircleAreFound) {
  EXPECT_EQ(output_of("print(folders.circles({'a': {'b': 1}, 'b': {'c': 1}, 'c': {'a': 1}, 'd': {'a': 1}}))"),
            "[['a', 'b', 'c']]\n");
}

TEST(Folders, ThatIncludeWhatTheyMayNotAreFound) {
  const std::string rows = "[('sim/report', ['base']), ('sim', None)]";
  EXPECT_EQ(
      output_of(
          "print(list(folders.forbidden({'sim/report': {'base/files': 1, 'models': 1}, 'sim': {'x': 1}, "
          "'lost': {'base': 1}}, " +
          rows + ")))"),
      "['lost has no row in CONTRIBUTING.md', 'sim/report includes models, which CONTRIBUTING.md does not "
      "allow sim/report']\n");
}

}  // namespace
}  // namespace eyeshift
