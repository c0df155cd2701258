#include "traces/tensor_io/checkpoint.h"

#include <gmock/gmock.h>

#include "tests/support/test_files.h"

namespace eyeshift {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::write_bytes;

const float kValues[] = {1, 2, 3, 4};

void write_shards(const TemporaryFolder& folder, const std::string& weight_map) {
  write_safetensors(folder / "one.safetensors", {{"a", DType::f32, {2}, kValues}}, {});
  write_safetensors(folder / "two.safetensors", {{"b", DType::f32, {2, 1}, kValues + 2}}, {});
  write_bytes(folder / "model.safetensors.index.json",
              R"({"metadata": {}, "weight_map": )" + weight_map + "}");
}

std::string shard_error(const std::string& weight_map) {
  const TemporaryFolder folder;
  write_shards(folder, weight_map);
  return error_of([&] { Checkpoint{folder.path()}; });
}

TEST(Checkpoint, ReadsShards) {
  const TemporaryFolder folder;
  write_shards(folder, R"({"a": "one.safetensors", "b": "two.safetensors"})");
  const Checkpoint checkpoint(folder.path());
  EXPECT_THAT(checkpoint.read("a", {2}), ElementsAre(1, 2));
  EXPECT_THAT(checkpoint.read("b", {2, 1}), ElementsAre(3, 4));
  EXPECT_TRUE(checkpoint.contains("a"));
  EXPECT_FALSE(checkpoint.contains("c"));
  EXPECT_THAT(error_of([&] { checkpoint.read("c", {2}); }), HasSubstr("tensor 'c' is missing"));
  EXPECT_THAT(error_of([&] { checkpoint.read("b", {2}); }),
              AllOf(HasSubstr("two.safetensors"), HasSubstr("has shape [2, 1]"), HasSubstr("asks for [2]")));
}

TEST(Checkpoint, RefusesABrokenIndex) {
  EXPECT_THAT(shard_error("[]"), HasSubstr("'weight_map' is missing"));
  EXPECT_THAT(shard_error(R"({"a": "two.safetensors"})"), HasSubstr("tensor 'a' is missing"));
  EXPECT_THAT(shard_error(R"({"a": "three.safetensors"})"), HasSubstr("three.safetensors: cannot be read"));
  EXPECT_THAT(shard_error(R"({"a": "../one.safetensors"})"), HasSubstr("a file in the same folder"));
  EXPECT_THAT(shard_error(R"({"a": 1})"), HasSubstr("a file in the same folder"));
}

TEST(Checkpoint, RefusesFoldersWithoutOne) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { Checkpoint{folder.path()}; }), HasSubstr("neither model.safetensors nor"));
  EXPECT_THAT(error_of([&] { Checkpoint{folder / "nothing"}; }), HasSubstr("is not a folder"));
}

}  // namespace
}  // namespace eyeshift
