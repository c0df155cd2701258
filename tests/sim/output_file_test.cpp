#include "sim/output_file.h"

#include <gmock/gmock.h>

#include "configs/reader/errors.h"
#include "tests/sim/run_eyeshift.h"

namespace eyeshift {
namespace {

TEST(CheckOutputs, LeavesNothingBehindAndKeepsWhatIsThere) {
  const TestFolder folder;
  folder.write("old", "content");
  check_outputs({folder / "old", folder / "new", "", "/dev/null"});
  EXPECT_EQ(folder.names(), std::vector<std::string>{"old"});
  EXPECT_EQ(content_of(folder / "old"), "content");
}

TEST(CheckOutputs, RefusesWhatCannotBeWritten) {
  const TestFolder folder;
  EXPECT_THROW(check_outputs({folder / "missing/file"}), InputError);
  EXPECT_THROW(check_outputs({folder / "."}), InputError);
  EXPECT_THROW(check_outputs({folder / "a", folder / "b/../a"}), InputError);
  EXPECT_THROW(check_outputs({folder / "a", folder / "./a"}), InputError);
  EXPECT_EQ(folder.names(), std::vector<std::string>{});
}

}  // namespace
}  // namespace eyeshift
