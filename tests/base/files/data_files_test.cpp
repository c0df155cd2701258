#include "base/files/data_files.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "base/files/data_places.h"
#include "tests/support/run_eyeshift.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(DataFiles, RefusesFoldersMissingAndUnreadableFiles) {
  TestFolder folder;
  EXPECT_THAT(input_error_of([&] { read_text_file((folder / "")); }), HasSubstr("is a folder"));
  EXPECT_THAT(input_error_of([&] { read_text_file((folder / "none")); }), HasSubstr("No such file"));
  EXPECT_THAT(input_error_of([&] { read_text_file("/dev/zero"); }), HasSubstr("larger than the 4 MB"));
  EXPECT_THAT(input_error_of([&] { find_data_file("", "configs/accelerators", "accelerator"); }),
              HasSubstr("empty"));
}

// EYESHIFT_DATA names a folder of the test's as long as this lives.
class DataFilesAt : public testing::Test {
 protected:
  DataFilesAt() { setenv("EYESHIFT_DATA", (folder_ / "").c_str(), 1); }
  ~DataFilesAt() override { unsetenv("EYESHIFT_DATA"); }

  TestFolder folder_;
};

TEST_F(DataFilesAt, AreFoundByNameAndListed) {
  fs::create_directories(folder_ / "things/inner");
  folder_.write("things/b.yaml", "");
  folder_.write("things/a.txt", "");
  folder_.write("things/notes.md", "");
  EXPECT_THAT(data_file_names("things"), ElementsAre("a", "b"));
  EXPECT_THAT(data_folder_names("things"), ElementsAre("inner"));
  EXPECT_EQ(find_data_file("a", "things", "thing"), folder_ / "things/a.txt");
  EXPECT_EQ(find_data_file("b", "things", "thing"), folder_ / "things/b.yaml");
  EXPECT_EQ(find_data_file("b.yaml", "things", "thing"), folder_ / "things/b.yaml");
  EXPECT_EQ(find_data_folder("inner", "things", "thing"), folder_ / "things/inner");
  EXPECT_THAT(
      input_error_of([&] { find_data_file("bb", "things", "thing"); }),
      HasSubstr("thing 'bb' not found: no such file, and none of the names that come with the program: "
                "a, b; did you mean 'b'?"));
  EXPECT_THAT(
      input_error_of([&] { find_data_folder("iner", "things", "thing"); }),
      HasSubstr("no such folder, and none of the names that come with the program: inner; did you mean"));
}

TEST_F(DataFilesAt, APathComesBeforeAName) {
  fs::create_directories(folder_ / "things");
  folder_.write("things/a.yaml", "");
  const std::string own = folder_.write("a.yaml", "");
  EXPECT_EQ(find_data_file(own, "things", "thing"), own);
  EXPECT_EQ(find_data_folder(folder_ / "things", "others", "thing"), folder_ / "things");
}

TEST_F(DataFilesAt, AFolderThatIsMissingIsAnError) {
  const std::string named = "EYESHIFT_DATA '" + (folder_ / "") + "' has no folder things";
  EXPECT_THAT(input_error_of([] { data_file_names("things"); }), HasSubstr(named));
  EXPECT_THAT(input_error_of([] { data_folder_names("things"); }), HasSubstr(named));
  EXPECT_THAT(input_error_of([] { find_data_file("a", "things", "thing"); }), HasSubstr(named));
  EXPECT_THAT(input_error_of([] { find_data_folder("a", "things", "thing"); }), HasSubstr(named));
}

// Where the built program lies, a link leads to the sources.
TEST(DataPlaces, TheBuiltProgramReadsTheSources) {
  EXPECT_EQ(fs::canonical(data_folder("configs/networks")), fs::canonical(project_file("configs/networks")));
}

TEST(DataPlaces, AProgramWithoutItsDataSaysWhereItLooked) {
  const TestFolder folder;
  fs::create_directories(folder / "bin");
  fs::copy_file(program(), folder / "bin/eyeshift");
  const Outcome without = run_program(folder / "bin/eyeshift", {"tables", "list"});
  EXPECT_EQ(without.status, 2);
  EXPECT_EQ(without.out, "");
  for (const std::string& place : {folder / "share/eyeshift", folder / "bin/share/eyeshift"})
    EXPECT_THAT(without.err, HasSubstr(place + ","));

  // What needs no data runs without.
  EXPECT_EQ(run_program(folder / "bin/eyeshift", {"--help"}).status, 0);
  EXPECT_EQ(run_program(folder / "bin/eyeshift",
                        {"tables", "show", project_file("energy_tables/tables/gates-45nm.yaml")})
                .status,
            0);

  fs::create_directories(folder / "share");
  fs::create_directory_symlink(project_file(""), folder / "share/eyeshift");
  fs::create_symlink(folder / "bin/eyeshift", folder / "linked");
  for (const std::string& called : {folder / "bin/eyeshift", folder / "linked"})
    EXPECT_THAT(run_program(called, {"tables", "list"}).out, HasSubstr("gates-45nm"));
}

}  // namespace
}  // namespace eyeshift
