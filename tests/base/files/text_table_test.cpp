#include "base/files/text_table.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>

#include "base/errors.h"
#include "base/progress.h"

namespace eyeshift {
namespace {

TEST(TextTable, AlignsTheFirstColumnLeftAndOthersRight) {
  TextTable table({"name", "n"});
  table.add({"a", "1"});
  table.add({});
  table.add({"total", "12345"});
  EXPECT_EQ(table.str(),
            "name       n\n"
            "------------\n"
            "a          1\n"
            "------------\n"
            "total  12345\n");
}

TEST(TextTable, RefusesARowOfAnotherWidth) {
  TextTable table({"name", "n"});
  EXPECT_THROW(table.add({"a"}), InternalError);
}

TEST(Text, SignificantDigits) {
  EXPECT_EQ(significant(1234.5678), "1235");
  EXPECT_EQ(significant(0.012346), "0.01235");
  EXPECT_EQ(significant(3.0), "3.000");
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(1.5e12), "1.5e+12");
  EXPECT_EQ(significant(std::nan("")), "-");
}

TEST(Text, GroupsDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1 000");
  EXPECT_EQ(grouped(-1234567), "-1 234 567");
}

TEST(Text, ExactNumbersReadBack) {
  for (const double value : {0.1, 1e-300, 12345678.9, 5e-324})
    EXPECT_EQ(std::strtod(exact(value).c_str(), nullptr), value);
  EXPECT_EQ(exact(std::nan("")), "");
}

TEST(Text, CsvFieldsAreQuotedWhereNeeded) {
  EXPECT_EQ(csv_row({"a", "b,c", "d\"e", "f\ng"}), "a,\"b,c\",\"d\"\"e\",\"f\ng\"\n");
}

TEST(Progress, TellsRateAndTimeLeft) {
  Progress progress("simulating", 40, "layers");
  EXPECT_EQ(progress.line(0, 0), "simulating [..............................] 0/40 layers");
  EXPECT_EQ(progress.line(10, 5), "simulating [#######.......................] 10/40 layers, 2/s, 15 s left");
  EXPECT_EQ(progress.line(20, 4000),
            "simulating [###############...............] 20/40 layers, 0.005/s, 1 h 06 min left");
}

}  // namespace
}  // namespace eyeshift
