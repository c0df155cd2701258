#include "base/files/atomic_file.h"

#include <gmock/gmock.h>

#include "tests/support/test_files.h"

namespace eyeshift {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::read_bytes;
using testing::TemporaryFolder;

TEST(AtomicFile, AppearsOnCommitOnly) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", "old");
  {
    AtomicFile file(folder / "f");
    file.write("half of the n");
  }
  EXPECT_EQ(read_bytes(folder / "f"), "old");
  EXPECT_EQ(folder.files(), 1u);
  {
    AtomicFile file(folder / "f");
    file.write("new");
    EXPECT_EQ(read_bytes(folder / "f"), "old");
    file.commit();
  }
  EXPECT_EQ(read_bytes(folder / "f"), "new");
  EXPECT_EQ(folder.files(), 1u);
}

TEST(AtomicFile, KeepsLinksAndDevices) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "target", "old");
  std::filesystem::create_symlink(folder / "target", folder / "link");
  write_file_atomically(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_bytes(folder / "target"), "new");
  write_file_atomically("/dev/null", "anything");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(AtomicFile, MakesWhatADanglingLinkPointsTo) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("target", folder / "second");
  std::filesystem::create_symlink("second", folder / "first");
  write_file_atomically(folder / "first", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "first"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "second"));
  EXPECT_EQ(read_bytes(folder / "target"), "new");
  std::filesystem::create_symlink("loop", folder / "loop");
  EXPECT_THAT(error_of([&] { write_file_atomically(folder / "loop", "x"); }), HasSubstr("symbolic links"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "loop"));
}

TEST(AtomicFile, NamesWhatCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { write_file_atomically(folder / "no/such/folder", ""); }),
              HasSubstr("no/such/folder': No such file or directory"));
  EXPECT_THAT(error_of([&] { write_file_atomically(folder.path(), ""); }), HasSubstr("Is a directory"));
  EXPECT_THAT(error_of([&] { write_file_atomically("", ""); }), HasSubstr("without a name"));
  EXPECT_THAT(error_of([&] { write_file_atomically("/dev/full", "x"); }), HasSubstr("No space left"));
}

}  // namespace
}  // namespace eyeshift
