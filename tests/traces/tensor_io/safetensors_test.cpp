#include "traces/tensor_io/safetensors.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/support/test_files.h"

namespace eyeshift {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::little_endian;
using testing::safetensors_bytes;
using testing::TemporaryFolder;
using testing::write_bytes;

std::string open_error(const std::string& bytes) {
  const TemporaryFolder folder;
  write_bytes(folder / "t.safetensors", bytes);
  return error_of([&] { SafetensorsFile(folder / "t.safetensors"); });
}

std::string header_error(const std::string& header, const std::string& data) {
  return open_error(safetensors_bytes(header, data));
}

TEST(Safetensors, ReadsEveryFloatType) {
  const TemporaryFolder folder;
  const std::string data = little_endian<float>(1.5f) + little_endian<float>(-2.0f) +           // F32
                           little_endian<uint16_t>(0x3c00) + little_endian<uint16_t>(0x0001) +  // F16
                           little_endian<uint16_t>(0x3f80) + little_endian<uint16_t>(0xc049) +  // BF16
                           little_endian<double>(0.25);                                         // F64
  write_bytes(folder / "t", safetensors_bytes(R"({"__metadata__": {"format": "pt"},
      "single": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
      "half": {"dtype": "F16", "shape": [2], "data_offsets": [8, 12]},
      "brain": {"dtype": "BF16", "shape": [2], "data_offsets": [12, 16]},
      "scalar": {"dtype": "F64", "shape": [], "data_offsets": [16, 24]}})",
                                              data));
  const SafetensorsFile file(folder / "t");
  EXPECT_THAT(file.read_floats("single"), ElementsAre(1.5f, -2.0f));
  EXPECT_THAT(file.read_floats("half"), ElementsAre(1.0f, 0x1p-24f));
  EXPECT_THAT(file.read_floats("brain"), ElementsAre(1.0f, -3.140625f));
  EXPECT_THAT(file.read_floats("scalar"), ElementsAre(0.25f));
  EXPECT_THAT(file.info("single").shape, ElementsAre(2, 1));
  EXPECT_EQ(file.metadata().at("format"), "pt");
}

TEST(Safetensors, IntegersHaveBytesButAreNoWeights) {
  const TemporaryFolder folder;
  write_bytes(folder / "t",
              safetensors_bytes(R"({"codes": {"dtype": "I32", "shape": [1], "data_offsets": [0, 4]}})",
                                little_endian<int32_t>(-7)));
  const SafetensorsFile file(folder / "t");
  EXPECT_THAT(floats_from(DType::i32, file.read_bytes("codes")), ElementsAre(-7.0f));
  EXPECT_THAT(error_of([&] { file.read_floats("codes"); }), AllOf(HasSubstr("'codes'"), HasSubstr("I32")));
  EXPECT_THAT(error_of([&] { file.read_bytes("other"); }), HasSubstr("tensor 'other' is missing"));
}

TEST(Safetensors, NamesTheElementThatIsNotFinite) {
  const TemporaryFolder folder;
  const float values[] = {0, 1, std::numeric_limits<float>::quiet_NaN(), -INFINITY};
  write_safetensors(folder / "t", {{"w", DType::f32, {2, 2}, values}, {"i", DType::f32, {1}, values + 3}},
                    {});
  const SafetensorsFile file(folder / "t");
  EXPECT_THAT(error_of([&] { file.read_floats("w"); }), HasSubstr("tensor 'w': element 2 is NaN"));
  EXPECT_THAT(error_of([&] { file.read_floats("i"); }), HasSubstr("tensor 'i': element 0 is infinite"));
}

TEST(Safetensors, RefusesBrokenFiles) {
  EXPECT_THAT(open_error("abc"), HasSubstr("truncated"));
  EXPECT_THAT(open_error(little_endian<uint64_t>(100) + "{}"), HasSubstr("truncated: a header of 100 bytes"));
  EXPECT_THAT(open_error(little_endian<uint64_t>(100'000'001) + "{}"),
              HasSubstr("100000001 bytes, at most 100000000"));
  EXPECT_THAT(open_error(little_endian<uint64_t>(UINT64_MAX) + "{}"), HasSubstr("not a safetensors file"));
  EXPECT_THAT(header_error("{", ""), HasSubstr("not valid JSON"));
  EXPECT_THAT(header_error("[]", ""), HasSubstr("must be an object"));
  EXPECT_THAT(header_error("{}", "x"), HasSubstr("1 bytes at the end belong to no tensor"));
  EXPECT_THAT(header_error(std::string(100'000, '['), ""), HasSubstr("nested deeper"));
  EXPECT_THAT(error_of([] { SafetensorsFile("/nowhere/at/all"); }),
              HasSubstr("/nowhere/at/all: cannot be read"));
  EXPECT_THAT(error_of([] { SafetensorsFile("/"); }), HasSubstr("not a regular file"));
}

TEST(Safetensors, RefusesTensorsThatDoNotFitTheirOffsets) {
  const std::string a = R"("a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]})";
  EXPECT_EQ(header_error("{" + a + "}", "1234"), "no error");
  EXPECT_THAT(header_error("{" + a + "}", "123"), HasSubstr("reach past the end of the data, 3 bytes"));
  EXPECT_THAT(header_error("{" + a + "," + a + "}", "1234"), HasSubstr("'a' occurs twice"));
  EXPECT_THAT(
      header_error("{" + a + R"(, "b": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}})", "123456"),
      HasSubstr("tensor 'b' overlaps tensor 'a'"));
  EXPECT_THAT(
      header_error("{" + a + R"(, "b": {"dtype": "U8", "shape": [2], "data_offsets": [6, 8]}})", "12345678"),
      HasSubstr("a gap of 2 bytes before tensor 'b'"));
  EXPECT_THAT(header_error(R"({"a": {"dtype": "F16", "shape": [3], "data_offsets": [0, 4]}})", "1234"),
              HasSubstr("F16 [3] needs 6"));
  EXPECT_THAT(header_error(R"({"a": {"dtype": "U8", "shape": [4], "data_offsets": [4, 0]}})", "1234"),
              HasSubstr("end before they begin"));
  EXPECT_THAT(header_error(R"({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4, 8]}})", "1234"),
              HasSubstr("[begin, end]"));
}

TEST(Safetensors, RefusesMalformedEntries) {
  const auto with = [](const std::string& dtype, const std::string& shape) {
    return header_error(
        R"({"a": {"dtype": )" + dtype + R"(, "shape": )" + shape + R"(, "data_offsets": [0, 4]}})", "1234");
  };
  EXPECT_THAT(with("\"F4\"", "[4]"), HasSubstr("unsupported dtype \"F4\""));
  EXPECT_THAT(with("7", "[4]"), HasSubstr("unsupported dtype 7"));
  EXPECT_THAT(with("\"U8\"", "[-4]"), HasSubstr("unsigned integer, not -4"));
  EXPECT_THAT(with("\"U8\"", "[4.0]"), HasSubstr("unsigned integer, not 4.0"));
  EXPECT_THAT(with("\"U8\"", "4"), HasSubstr("must be an array"));
  EXPECT_THAT(with("\"U8\"", "[4294967296, 4294967297]"), HasSubstr("too large"));
  EXPECT_THAT(header_error(R"({"a": 1})", ""), HasSubstr("must be an object"));
  EXPECT_THAT(header_error(R"({"a": {"dtype": "U8", "shape": [0]}})", ""),
              HasSubstr("'data_offsets' is missing"));
  EXPECT_THAT(header_error(R"({"a": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0], "x": 1}})", ""),
              HasSubstr("unknown key 'x'"));
  EXPECT_THAT(header_error(R"({"__metadata__": {"n": 1}})", ""),
              HasSubstr("the value of 'n' must be a string"));
}

TEST(Safetensors, WritesAlignedAndAlwaysTheSame) {
  const TemporaryFolder folder;
  const uint8_t odd[] = {1, 2, 3};
  const float singles[] = {1, 2};
  const uint16_t halves[] = {0x3c00};
  const auto write = [&](const std::string& name, std::vector<TensorView> tensors) {
    write_safetensors(folder / name, std::move(tensors), {{"key", "value \"quoted\""}});
  };
  const TensorView a{"a", DType::u8, {3}, odd}, b{"b", DType::f32, {2}, singles},
      c{"c", DType::f16, {1, 1}, halves};
  write("abc", {a, b, c});
  write("cba", {c, b, a});
  EXPECT_EQ(testing::read_bytes(folder / "abc"), testing::read_bytes(folder / "cba"));
  EXPECT_EQ(folder.files(), 2u) << "a temporary file was left";

  const SafetensorsFile file(folder / "abc");
  for (const auto& [name, info] : file.tensors()) EXPECT_EQ(info.offset % size_of(info.dtype), 0u) << name;
  EXPECT_THAT(file.read_floats("b"), ElementsAre(1.0f, 2.0f));
  EXPECT_THAT(file.read_floats("c"), ElementsAre(1.0f));
  EXPECT_THAT(file.read_bytes("a"), ElementsAre(1, 2, 3));
  EXPECT_EQ(file.metadata().at("key"), "value \"quoted\"");
}

TEST(Safetensors, DamagedFilesAreReadOrRefused) {
  const TemporaryFolder folder;
  std::vector<float> values(40, 0.5f);
  write_safetensors(folder / "whole",
                    {{"x", DType::f32, {4, 5}, values.data()}, {"y", DType::f16, {20}, values.data()}},
                    {{"k", "v"}});
  const auto read = [](const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    for (const auto& [name, info] : file.tensors()) file.read_floats(name);
  };
  EXPECT_GT(testing::refused_of_1000_damaged(testing::read_bytes(folder / "whole"), 1, read), 500);
}

}  // namespace
}  // namespace eyeshift
