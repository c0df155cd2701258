#include "base/files/yaml_map.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Sample {
  int rows = 0;
  int64_t big = 7;
  double ratio = 0.5;
  bool fast = false;
  std::string name;
  std::vector<std::string> units;
};

Sample parse(const std::string& text) {
  Sample sample;
  parse_yaml(text, "f.yaml", [&](YamlMap& map) {
    map.integer("rows", sample.rows, {1, 100}, "rows of PEs");
    map.integer("big", sample.big, {0, std::numeric_limits<int64_t>::max()}, "a large number",
                Need::optional);
    map.number("ratio", sample.ratio, {0, 1}, "a part", Need::optional);
    map.flag("fast", sample.fast, "whether it hurries", Need::optional);
    map.text("name", sample.name, "a name", Need::optional);
    map.words("units", sample.units, {"lut", "mac"}, "units", Need::optional);
  });
  return sample;
}

std::string error_of(const std::string& text) {
  return input_error_of([&] { parse(text); });
}

TEST(YamlMap, ReadsEveryType) {
  const Sample sample =
      parse("rows: 3\nbig: 200e6\nratio: 2.5e-1\nfast: true\nname: \"12\"\nunits: [mac, lut]\n");
  EXPECT_EQ(sample.rows, 3);
  EXPECT_EQ(sample.big, 200'000'000);
  EXPECT_EQ(sample.ratio, 0.25);
  EXPECT_TRUE(sample.fast);
  EXPECT_EQ(sample.name, "12");
  EXPECT_THAT(sample.units, ElementsAre("mac", "lut"));
}

TEST(YamlMap, OptionalKeysKeepTheirValue) {
  const Sample sample = parse("rows: 3");
  EXPECT_EQ(sample.big, 7);
  EXPECT_EQ(sample.ratio, 0.5);
}

TEST(YamlMap, NamesFileLineKeyValueAndWhatIsAllowed) {
  EXPECT_EQ(error_of("name: x\nrows: twelve\n"),
            "f.yaml:2: rows = 'twelve': expected a whole number from 1 to 100 (rows of PEs)");
}

TEST(YamlMap, RefusesWhatIsNoWholeNumberInRange) {
  for (const char* value : {"-1", "0", "101", "1.5", "twelve", "\"3\"", "", "~", "[3]", "{a: 3}", ".nan",
                            "nan", ".inf", "99999999999999999999", "1e400", "0x10", "3 4", "+3"}) {
    EXPECT_THAT(error_of(std::string("rows: ") + value),
                AllOf(StartsWith("f.yaml:1: rows = "), HasSubstr("1 to 100")))
        << value;
  }
  EXPECT_THAT(error_of("rows: 1\nbig: 9223372036854775808"),
              HasSubstr("f.yaml:2: big = '9223372036854775808'"));
  EXPECT_EQ(parse("rows: 1\nbig: 9223372036854775807").big, std::numeric_limits<int64_t>::max());
}

TEST(YamlMap, RefusesWhatIsNoFiniteNumberInRange) {
  for (const char* value :
       {"-0.1", "1.1", "half", ".nan", "nan", ".inf", "inf", "-.inf", "1e999", "'0.5'", "[]"})
    EXPECT_THAT(error_of(std::string("rows: 1\nratio: ") + value),
                AllOf(StartsWith("f.yaml:2: ratio = "), HasSubstr("a number from 0 to 1 (a part)")))
        << value;
}

TEST(YamlMap, RefusesOtherWrongValues) {
  EXPECT_THAT(error_of("rows: 1\nfast: yes"), HasSubstr("fast = 'yes': expected true or false"));
  EXPECT_THAT(error_of("rows: 1\nname: ''"), HasSubstr("name = '': expected text"));
  EXPECT_THAT(error_of("rows: 1\nname: [a, b]"), HasSubstr("name = (a list): expected text"));
  EXPECT_THAT(error_of("rows: 1\nunits: lut"), HasSubstr("units = 'lut': expected a list"));
  EXPECT_THAT(error_of("rows: 1\nunits: []"), HasSubstr("expected a list"));
  EXPECT_THAT(error_of("rows: 1\nunits:\n  - lut\n  - lot"),
              StartsWith("f.yaml:4: units: 'lot' is not allowed"));
  EXPECT_THAT(error_of("rows: 1\nunits: [lut, lut]"), HasSubstr("'lut' is repeated"));
}

TEST(YamlMap, RefusesUnknownMissingAndRepeatedKeys) {
  EXPECT_EQ(error_of("rows: 1\nrtio: 1"),
            "f.yaml:2: unknown key 'rtio': did you mean 'ratio'? Allowed here: rows, big, ratio, fast, name, "
            "units");
  EXPECT_THAT(error_of("row: 1"), HasSubstr("unknown key 'row': did you mean 'rows'?"));
  EXPECT_THAT(error_of("rows: 1\nsomething: 1"), HasSubstr("unknown key 'something'. Allowed here"));
  EXPECT_EQ(error_of("name: x"), "f.yaml:1: missing key 'rows' (rows of PEs)");
  EXPECT_EQ(error_of("rows: 1\nname: x\nrows: 2"), "f.yaml:3: key 'rows' is repeated: first on line 1");
  EXPECT_THAT(error_of("rows: 1\n? [a]\n: 2"), HasSubstr("a key must be a word"));
}

TEST(YamlMap, RefusesFilesThatAreNoMapping) {
  EXPECT_EQ(error_of(""), "f.yaml: the file is empty");
  EXPECT_EQ(error_of("# only a comment\n"), "f.yaml: the file is empty");
  EXPECT_THAT(error_of("- a\n- b"), HasSubstr("expected keys with values, found (a list)"));
  EXPECT_THAT(error_of("word"), HasSubstr("found 'word'"));
  EXPECT_THAT(error_of("rows: 1\n---\nrows: 2"), HasSubstr("expected one document"));
  EXPECT_THAT(error_of("rows: 1\n]"), StartsWith("f.yaml:"));
  EXPECT_THAT(error_of("rows: 1\n---\n}"), StartsWith("f.yaml:"));
  EXPECT_THAT(error_of("rows: [1\nname: x"), HasSubstr("not valid YAML"));
  EXPECT_THAT(error_of("rows: *nothing"), HasSubstr("f.yaml:1: not valid YAML"));
  EXPECT_THAT(error_of(std::string("rows: \x01\0\x02", 9)), StartsWith("f.yaml:1: "));
}

TEST(YamlMap, SurvivesDeepAndCyclicDocuments) {
  EXPECT_NE(error_of("rows: " + std::string(100'000, '[')), "");
  EXPECT_THAT(error_of("rows: &a [*a]"), HasSubstr("rows = (a list)"));
}

TEST(YamlMap, NamesThePathOfNestedKeys) {
  const auto parse_nested = [](const std::string& text) {
    parse_yaml(text, "f.yaml", [](YamlMap& map) {
      int value = 0;
      const auto read_value = [&](YamlMap& inner) { inner.integer("v", value, {0, 9}, "a value"); };
      map.map("one", read_value, "one value", Need::optional);
      map.list("many", read_value, "many values", Need::optional);
      map.named(
          "by_name", [&](const std::string&, YamlMap& inner) { read_value(inner); }, "by name",
          Need::optional);
    });
  };
  const auto nested_error = [&](const std::string& text) {
    return input_error_of([&] { parse_nested(text); });
  };
  EXPECT_EQ(nested_error("one: {v: 1}\nmany: [{v: 2}, {v: 3}]\nby_name: {a: {v: 4}}"), "");
  EXPECT_THAT(nested_error("one: {v: 10}"), StartsWith("f.yaml:1: one.v = '10'"));
  EXPECT_THAT(nested_error("one: {w: 1}"), HasSubstr("unknown key 'one.w'"));
  EXPECT_THAT(nested_error("one: 3"), StartsWith("f.yaml:1: one: expected keys with values, found '3'"));
  EXPECT_THAT(nested_error("many:\n  - {v: 1}\n  - {v: x}"), StartsWith("f.yaml:3: many[1].v = 'x'"));
  EXPECT_THAT(nested_error("many: {v: 1}"), HasSubstr("many = (a mapping): expected a list"));
  EXPECT_THAT(nested_error("by_name:\n  a: {v: 1}\n  b: {}"),
              StartsWith("f.yaml:3: missing key 'by_name.b.v'"));
  EXPECT_THAT(nested_error("by_name: {a: {v: 1}, a: {v: 2}}"), HasSubstr("key 'by_name.a' is repeated"));
}

}  // namespace
}  // namespace eyeshift
