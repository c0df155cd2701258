#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/run_eyeshift.h"
#include "traces/format/trace_file.h"
#include "traces/network/tokens.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

// The program's data in a folder of the test's, with a short text to calibrate on.
class OwnTexts : public testing::Test {
 protected:
  void quantize_with_data_in(const std::string& name) {
    const std::string data = folder_ / name;
    fs::create_directories(data + "/traces/text");
    fs::create_directory_symlink(project_file("traces/checkpoints"), data + "/traces/checkpoints");
    folder_.write(name + "/traces/text/calibration.txt",
                  content_of(project_file("traces/text/calibration.txt")).substr(0, 2000));
    setenv("EYESHIFT_DATA", data.c_str(), 1);
    const Outcome outcome = run_eyeshift({"quantize", "--checkpoint", "opt-tiny", "--scheme", "rtn-oc",
                                          "--bits", "3", "--output", folder_ / (name + ".trace")});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }
  ~OwnTexts() override { unsetenv("EYESHIFT_DATA"); }

  TestFolder folder_;
};

TEST_F(OwnTexts, ATraceIsTheSameWhereverTheDataLie) {
  quantize_with_data_in("one");
  quantize_with_data_in("another");
  EXPECT_EQ(read_trace(folder_ / "one.trace").calibration, "calibration");
  EXPECT_EQ(content_of(folder_ / "one.trace"), content_of(folder_ / "another.trace"));
}

TEST_F(OwnTexts, AFileOfTheUsersIsNotTakenForTheProgramsText) {
  fs::create_directories(folder_ / "data/traces/text");
  const std::string own = folder_.write("data/traces/text/notes.txt", "own");
  setenv("EYESHIFT_DATA", (folder_ / "data").c_str(), 1);
  EXPECT_EQ(find_text("notes"), own);

  const fs::path before = fs::current_path();
  fs::create_directories(folder_ / "work");
  folder_.write("work/notes", "the user's");
  fs::current_path(folder_ / "work");
  EXPECT_EQ(find_text("notes"), "notes");
  EXPECT_EQ(own_text("notes"), own);
  fs::current_path(before);
}

}  // namespace
}  // namespace eyeshift
