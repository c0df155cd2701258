#include "traces/tensor_io/npy.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/test_files.h"

namespace eyeshift {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::little_endian;
using testing::TemporaryFolder;
using testing::write_bytes;

std::string npy_bytes(const std::string& header, const std::string& data, char version = 1) {
  const std::string length = version == 1 ? little_endian<uint16_t>(static_cast<uint16_t>(header.size()))
                                          : little_endian<uint32_t>(static_cast<uint32_t>(header.size()));
  return "\x93NUMPY" + std::string{version, '\0'} + length + header + data;
}

std::string header(const std::string& descr, const std::string& order, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }    \n";
}

NpyArray read(const std::string& bytes) {
  const TemporaryFolder folder;
  write_bytes(folder / "a.npy", bytes);
  return read_npy(folder / "a.npy");
}

template <typename Integer>
std::vector<int64_t> read_integers(const std::string& descr, Integer value) {
  return read(npy_bytes(header(descr, "False", "(1,)"), little_endian(value))).to_integers("a.npy");
}

TEST(Npy, ReadsEveryTypeAndVersion) {
  const auto three = header("<f4", "False", "(3,)");
  const auto data = little_endian(1.0f) + little_endian(-2.5f) + little_endian(0.0f);
  for (const char version : {1, 2, 3})
    EXPECT_THAT(read(npy_bytes(three, data, version)).to_doubles(), ElementsAre(1.0, -2.5, 0.0));
  EXPECT_THAT(read(npy_bytes(header("<f8", "False", "()"), little_endian(0.1))).to_doubles(),
              ElementsAre(0.1));
  EXPECT_THAT(read(npy_bytes(header("<f2", "False", "(1,)"), little_endian<uint16_t>(0xc000))).to_doubles(),
              ElementsAre(-2.0));
  EXPECT_THAT(read_integers<int8_t>("|i1", -3), ElementsAre(-3));
  EXPECT_THAT(read_integers<uint8_t>("|u1", 253), ElementsAre(253));
  EXPECT_THAT(read_integers<int16_t>("<i2", -300), ElementsAre(-300));
  EXPECT_THAT(read_integers<uint16_t>("<u2", 65000), ElementsAre(65000));
  EXPECT_THAT(read_integers<int32_t>("<i4", -70000), ElementsAre(-70000));
  EXPECT_THAT(read_integers<uint32_t>("<u4", 4000000000u), ElementsAre(4000000000));
  EXPECT_THAT(read_integers<int64_t>("<i8", INT64_MIN), ElementsAre(INT64_MIN));
  EXPECT_THAT(read_integers<uint8_t>("|b1", 1), ElementsAre(1));
}

TEST(Npy, FortranOrderIsTurned) {
  std::string data;
  for (int8_t i = 0; i < 6; ++i) data += little_endian(i);
  const NpyArray array = read(npy_bytes(header("|i1", "True", "(2, 3)"), data));
  EXPECT_THAT(array.to_integers(""), ElementsAre(0, 2, 4, 1, 3, 5));
}

TEST(Npy, WritesWhatItReads) {
  const TemporaryFolder folder;
  const double values[] = {1, 2, 3, 4, 5, 6};
  write_npy(folder / "m.npy", {2, 3}, values);
  const Eigen::MatrixXd matrix = read_npy_matrix(folder / "m.npy");
  ASSERT_EQ(matrix.rows(), 2);
  EXPECT_EQ(matrix(0, 2), 3.0);
  EXPECT_EQ(matrix(1, 0), 4.0);
  EXPECT_EQ(testing::read_bytes(folder / "m.npy").size() - sizeof values, 128u);
  EXPECT_THAT(testing::read_bytes(folder / "m.npy"), HasSubstr("'shape': (2, 3), }"));

  const int64_t tokens[] = {7, 8};
  write_npy(folder / "t.npy", {2}, tokens);
  EXPECT_THAT(read_npy(folder / "t.npy").to_integers(""), ElementsAre(7, 8));
  EXPECT_THAT(testing::read_bytes(folder / "t.npy"), HasSubstr("'shape': (2,), }"));
}

TEST(Npy, MatricesAreFiniteAndTwoDimensional) {
  const TemporaryFolder folder;
  const float values[] = {1, 2, 3, NAN};
  write_npy(folder / "m.npy", {2, 2}, values);
  EXPECT_THAT(error_of([&] { read_npy_matrix(folder / "m.npy"); }),
              AllOf(HasSubstr("m.npy"), HasSubstr("element [1, 1] is NaN")));
  write_npy(folder / "v.npy", {3}, values);
  EXPECT_THAT(error_of([&] { read_npy_matrix(folder / "v.npy"); }), HasSubstr("two dimensions"));
  write_npy(folder / "e.npy", {0, 3}, values);
  EXPECT_THAT(error_of([&] { read_npy_matrix(folder / "e.npy"); }), HasSubstr("not empty"));
  EXPECT_THAT(error_of([&] { read_npy(folder / "v.npy").to_integers("v.npy"); }),
              HasSubstr("integers are needed"));
}

TEST(Npy, RefusesBrokenFiles) {
  const auto message = [](const std::string& bytes) { return error_of([&] { read(bytes); }); };
  const std::string good = header("<f4", "False", "(1,)");
  EXPECT_THAT(message(""), HasSubstr("truncated"));
  EXPECT_THAT(message("\x89PNG and more"), HasSubstr("not a .npy file"));
  EXPECT_THAT(message(npy_bytes(good, "1234", 4)), HasSubstr("version 4"));
  EXPECT_THAT(message(npy_bytes(good, "123")), HasSubstr("holds 3 bytes of data, its header says 4"));
  EXPECT_THAT(message(npy_bytes(good, "12345")), HasSubstr("holds 5 bytes of data"));
  EXPECT_THAT(message(npy_bytes(header(">f4", "False", "(1,)"), "1234")), HasSubstr("'>f4' are not read"));
  EXPECT_THAT(message(npy_bytes(header(" <f", "False", "(1,)"), "1234")), HasSubstr("are not read"));
  EXPECT_THAT(message(npy_bytes(header("|O", "False", "(1,)"), "1234")), HasSubstr("'|O'"));
  EXPECT_THAT(message(npy_bytes(header("<f4", "Maybe", "(1,)"), "1234")), HasSubstr("broken"));
  EXPECT_THAT(message(npy_bytes(header("<f4", "False", "(-1,)"), "1234")), HasSubstr("broken"));
  EXPECT_THAT(message(npy_bytes(header("<f4", "False", "(99999999999999999,)"), "")), HasSubstr("too large"));
  EXPECT_THAT(message(npy_bytes(header("<f4", "False", "(99999999999, 99999999999)"), "")),
              HasSubstr("too large"));
  EXPECT_THAT(message(npy_bytes("{'descr': '<f4'}", "")), HasSubstr("needs the keys"));
  EXPECT_THAT(message(npy_bytes("{'descr': '<f4', 'descr': '<f4'}", "")), HasSubstr("repeated key 'descr'"));
}

TEST(Npy, DamagedFilesAreReadOrRefused) {
  const TemporaryFolder folder;
  const float values[] = {1, 2, 3, 4, 5, 6};
  write_npy(folder / "whole", {2, 3}, values);
  const auto read = [](const std::filesystem::path& path) { read_npy_matrix(path); };
  EXPECT_GT(testing::refused_of_1000_damaged(testing::read_bytes(folder / "whole"), 2, read), 250);
}

}  // namespace
}  // namespace eyeshift
