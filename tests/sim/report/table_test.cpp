#include "sim/report/table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"

namespace eyeshift {
namespace {

struct Sample {
  std::string name;
  double value_s;
};

Columns<Sample> sample_columns() {
  return {{"name", [](const Sample& s) { return s.name; }, "sample"},
          {"value_s", [](const Sample& s) { return s.value_s; }, "value s", 2},
          {"extra", [](const Sample& s) { return s.value_s > 1 ? Cell(int64_t{7}) : Cell(); }}};
}

TEST(Table, HasThreeViewsOfTheSameCells) {
  const std::vector<Sample> samples = {{"a,b", 1.25}, {"c", std::nan("")}};
  const Table table = table_of(sample_columns(), samples);
  EXPECT_EQ(table.csv(), "name,value_s,extra\n\"a,b\",1.25,7\nc,,\n");
  EXPECT_EQ(table.json().dump(), R"([{"name":"a,b","value_s":1.25,"extra":7},{"name":"c","value_s":null}])");
  EXPECT_EQ(table.text(),
            "sample  value s  extra\n"
            "----------------------\n"
            "a,b         1.2      7\n"
            "c             -      -\n");
}

TEST(Table, ALineAcrossIsOfTextOnly) {
  Table table(std::vector<Heading>{{"n", "n"}});
  table.add({int64_t{1}});
  table.rule();
  table.add({int64_t{2}});
  EXPECT_EQ(table.text(), "n\n-\n1\n-\n2\n");
  EXPECT_EQ(table.csv(), "n\n1\n2\n");
  EXPECT_EQ(table.json().size(), 2u);
}

TEST(Table, RowsHaveTheColumnsOfTheirParts) {
  struct Outer {
    Sample part;
  };
  Columns<Outer> columns;
  columns.append(sample_columns(), [](const Outer& outer) -> const Sample& { return outer.part; });
  EXPECT_EQ(json_of(columns, {{"x", 2}}).dump(), R"({"name":"x","value_s":2.0,"extra":7})");
}

TEST(Table, RowsOfAnotherLengthAreAFault) {
  Table table(std::vector<Heading>{{"n", "n"}});
  EXPECT_THROW(table.add({}), InternalError);
}

}  // namespace
}  // namespace eyeshift
