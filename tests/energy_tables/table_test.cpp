#include "energy_tables/table.h"

#include <gmock/gmock.h>

#include "base/files/sha256.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::StartsWith;

constexpr char kSmallTable[] = R"(name: small
node_nm: 45
voltage_V: 0.9
actions:
  add_fp16: {energy_pJ: 0.4, source: a paper}
  noc_word_16b: {spad_filter_reads: 2, source: a ratio, note: assumed}
  sram_512B_16b_read: {energy_pJ: 0.6, source: a tool}
components:
  adder_fp16: {area_um2: 1360, leakage_mW: 0.01, source: a paper}
)";

std::string load_error(const std::string& text) {
  TestFolder folder;
  const std::string file = folder.write("t.yaml", text);
  return input_error_of([&] { load_table(file); });
}

std::string error_with(const std::string& from, const std::string& to) {
  return load_error(replaced(kSmallTable, from, to));
}

TEST(Sha256, MatchesThePublishedExample) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Table, ReadsRowsWithTheirSources) {
  TestFolder folder;
  const EnergyTable table = load_table(folder.write("t.yaml", kSmallTable));
  EXPECT_EQ(table.name, "small");
  EXPECT_EQ(table.node_nm, 45);
  EXPECT_EQ(table.voltage_V, 0.9);
  EXPECT_EQ(table.actions.at("add_fp16").energy_pJ, 0.4);
  EXPECT_EQ(table.actions.at("add_fp16").source, "a paper");
  EXPECT_EQ(table.actions.at("noc_word_16b").spad_filter_reads, 2);
  EXPECT_EQ(table.actions.at("noc_word_16b").note, "assumed");
  EXPECT_EQ(table.components.at("adder_fp16").area_um2, 1360);
  EXPECT_EQ(table.components.at("adder_fp16").leakage_mW, 0.01);
  EXPECT_EQ(table.sha256, sha256_hex(kSmallTable));
  EXPECT_TRUE(table.extended.empty());
}

TEST(Table, RefusesBadNumbers) {
  EXPECT_THAT(
      error_with("energy_pJ: 0.4", "energy_pJ: -0.4"),
      AllOf(HasSubstr("t.yaml:5: actions.add_fp16.energy_pJ = '-0.4'"), HasSubstr("a number from 0 to")));
  EXPECT_THAT(error_with("energy_pJ: 0.4", "energy_pJ: .nan"), HasSubstr("energy_pJ = '.nan'"));
  EXPECT_THAT(error_with("energy_pJ: 0.4", "energy_pJ: nan"), HasSubstr("energy_pJ = 'nan'"));
  EXPECT_THAT(error_with("energy_pJ: 0.4", "energy_pJ: 0.4 pJ"), HasSubstr("energy_pJ = '0.4 pJ'"));
  EXPECT_THAT(error_with("energy_pJ: 0.6", "energy_pJ: 0"), HasSubstr("above 0 for a memory"));
  EXPECT_THAT(error_with("area_um2: 1360", "area_um2: -1"), HasSubstr("area_um2 = '-1'"));
  EXPECT_THAT(error_with("node_nm: 45", "node_nm: 0"), HasSubstr("node_nm = '0'"));
}

TEST(Table, RefusesMissingUnitsAndSources) {
  EXPECT_THAT(error_with("energy_pJ: 0.4", "energy: 0.4"),
              HasSubstr("unknown key 'actions.add_fp16.energy'"));
  EXPECT_THAT(error_with("area_um2: 1360", "area: 1360"),
              HasSubstr("unknown key 'components.adder_fp16.area'"));
  EXPECT_THAT(error_with("energy_pJ: 0.4, source: a paper", "energy_pJ: 0.4"),
              HasSubstr("missing key 'actions.add_fp16.source'"));
  EXPECT_THAT(error_with("source: a tool", "source: ''"), HasSubstr("source = ''"));
  EXPECT_THAT(error_with("voltage_V: 0.9\n", ""), HasSubstr("missing key 'voltage_V'"));
  EXPECT_THAT(error_with("actions:", "action:"), HasSubstr("unknown key 'action': did you mean 'actions'?"));
}

TEST(Table, RefusesTwoSourcesForOneNumber) {
  EXPECT_THAT(error_with("source: a paper", "source: a paper, source: another"),
              HasSubstr("key 'actions.add_fp16.source' is repeated"));
  EXPECT_THAT(error_with("source: a paper", "source: [a paper, another]"), HasSubstr("source = (a list)"));
  EXPECT_THAT(error_with("spad_filter_reads: 2", "spad_filter_reads: 2, energy_pJ: 1"),
              HasSubstr("keep one of the two"));
  EXPECT_THAT(
      error_with("  sram_512B_16b_read", "  add_fp16: {energy_pJ: 1, source: b}\n  sram_512B_16b_read"),
      HasSubstr("t.yaml:7: key 'actions.add_fp16' is repeated: first on line 5"));
}

TEST(Table, RefusesUnknownRows) {
  EXPECT_THAT(error_with("add_fp16:", "ad_fp16:"), HasSubstr("actions.ad_fp16"));
  EXPECT_THAT(error_with("add_fp16:", "ad_fp16:"), HasSubstr("did you mean 'add_fp16'?"));
  EXPECT_THAT(error_with("add_fp16:", "dram_bytes:"),
              HasSubstr("t.yaml:5: actions.dram_bytes: unknown row: did you mean 'dram_byte'? Known are "));
  EXPECT_THAT(error_with("sram_512B_16b_read", "sram_512_16b_read"), HasSubstr("sram_<bytes>B_<port>b_read"));
  EXPECT_THAT(error_with("sram_512B_16b_read", "sram_512B_16b"), HasSubstr("unknown row"));
  EXPECT_THAT(error_with("  adder_fp16", "  sram_512B_16b_read"), HasSubstr("unknown row"));
  EXPECT_THAT(error_with("add_fp16: {energy_pJ", "add_fp16: {spad_filter_reads: 2, energy_pJ"),
              HasSubstr("unknown key"));
}

TEST(Table, ExtendsReplacesAndAddsRows) {
  TestFolder folder;
  folder.write("small.yaml", kSmallTable);
  const std::string text =
      "name: other\nextends: small\nactions:\n  add_fp16: {energy_pJ: 0.5, source: b}\n"
      "  lut_8bit_query: {energy_pJ: 0.37, source: c}\n";
  const EnergyTable table = load_table(folder.write("other.yaml", text));
  EXPECT_EQ(table.name, "other");
  EXPECT_EQ(table.node_nm, 45);
  EXPECT_EQ(table.actions.at("add_fp16").energy_pJ, 0.5);
  EXPECT_EQ(table.actions.at("add_fp16").source, "b");
  EXPECT_EQ(table.actions.at("lut_8bit_query").energy_pJ, 0.37);
  EXPECT_EQ(table.actions.at("sram_512B_16b_read").energy_pJ, 0.6);
  EXPECT_EQ(table.components.at("adder_fp16").area_um2, 1360);
  EXPECT_EQ(table.sha256, sha256_hex(text));
  ASSERT_EQ(table.extended.size(), 1u);
  EXPECT_EQ(table.extended[0].name, "small");
  EXPECT_EQ(table.extended[0].sha256, sha256_hex(kSmallTable));

  const EnergyTable third = load_table(folder.write("third.yaml", "name: third\nextends: other\n"));
  ASSERT_EQ(third.extended.size(), 2u);
  EXPECT_EQ(third.extended[0].name, "other");
  EXPECT_EQ(third.extended[1].name, "small");
  EXPECT_EQ(third.actions.at("add_fp16").energy_pJ, 0.5);
}

TEST(Table, RefusesUnknownAndCircularExtends) {
  EXPECT_THAT(load_error("name: t\nextends: horowitz\n"),
              AllOf(HasSubstr("t.yaml:2: extends = 'horowitz'"), HasSubstr("horowitz-cacti-45nm")));
  EXPECT_THAT(load_error("name: t\nextends: t\n"), HasSubstr("cannot extend itself"));
  EXPECT_THAT(load_error("name: t\nextends: horowitz-cacti-45nm\nnode_nm: 28\n"),
              HasSubstr("unknown key 'node_nm'"));
  TestFolder folder;
  folder.write("a.yaml", "name: a\nextends: b\n");
  const std::string b = folder.write("b.yaml", "name: b\nextends: a\n");
  EXPECT_THAT(input_error_of([&] { load_table(b); }),
              HasSubstr("a.yaml:2: extends = 'b': a table cannot extend itself"));
}

TEST(Table, RefusesWhatIsNoTable) {
  TestFolder folder;
  EXPECT_THAT(load_error(""), HasSubstr("the file is empty"));
  EXPECT_THAT(input_error_of([&] { load_table((folder / "none.yaml")); }), HasSubstr("not found"));
  EXPECT_THAT(input_error_of([&] { load_table((folder / "")); }), HasSubstr("folder"));
  EXPECT_THAT(input_error_of([] { load_table("horowitz-cacti-45mn"); }),
              HasSubstr("did you mean 'horowitz-cacti-45nm"));
}

TEST(Table, EveryTableThatComesWithTheProgramLoadsUnderItsName) {
  EXPECT_THAT(table_names(),
              IsSupersetOf({"aladdin-40nm", "cacti7-45nm-lstp", "cacti7-65nm-hp", "eyeriss-65nm",
                            "horowitz-45nm", "horowitz-cacti-45nm-hbm2", "horowitz-cacti-45nm-lstp",
                            "shiftaddllm-estimator-45nm", "shiftaddllm-table1-45nm", "shiftaddnet-45nm"}));
  for (const std::string& name : table_names()) {
    const EnergyTable table = load_table(name);
    EXPECT_EQ(table.name, name);
    const std::string nm =
        name.find("isca2016") != std::string::npos ? "65" : name.substr(name.find("nm") - 2, 2);
    EXPECT_EQ(table.node_nm, std::stod(nm)) << name;
    for (const auto& [row, price] : table.actions) {
      const bool in_another = price.note.rfind("in the multiply's", 0) == 0;
      EXPECT_EQ(price.energy_pJ + price.spad_filter_reads > 0, !in_another) << name << " " << row;
    }
  }
}

TEST(Table, LaterTablesReplaceRowsOfThoseBefore) {
  TestFolder folder;
  folder.write("small.yaml", kSmallTable);
  folder.write("fast.yaml", replaced(replaced(kSmallTable, "small", "fast"), "0.4", "0.3"));
  const auto energy = [&](const std::string& names) {
    return load_table(folder.write("t.yaml", "name: t\nextends: " + names + "\n"))
        .actions.at("add_fp16")
        .energy_pJ;
  };
  EXPECT_EQ(energy("small + fast"), 0.3);
  EXPECT_EQ(energy("fast + small"), 0.4);
}

TEST(Table, AnSramIsOneRow) {
  TestFolder folder;
  const auto load = [&](const std::string& size) {
    return load_table(folder.write("t.yaml", "name: t\nnode_nm: 45\nvoltage_V: 1\nsrams:\n  " + size +
                                                 ": {read_pJ: 2, write_pJ: 3, area_um2: 40, leakage_mW: 0.5, "
                                                 "source: a tool}\n"));
  };
  const EnergyTable table = load("4096B_64b");
  EXPECT_EQ(table.actions.at("sram_4096B_64b_read").energy_pJ, 2);
  EXPECT_EQ(table.actions.at("sram_4096B_64b_write").energy_pJ, 3);
  EXPECT_EQ(table.components.at("sram_4096B_64b").area_um2, 40);
  EXPECT_EQ(table.components.at("sram_4096B_64b").leakage_mW, 0.5);
  EXPECT_EQ(table.components.at("sram_4096B_64b").source, "a tool");
  EXPECT_THAT(input_error_of([&] { load("4096B"); }), HasSubstr("expected a size such as 4096B_64b"));
  EXPECT_THAT(input_error_of([&] { load("4096B_64b_read"); }),
              HasSubstr("expected a size such as 4096B_64b"));
}

TEST(Table, AssumedNumbersAreMarked) {
  const EnergyTable table = load_table("horowitz-cacti-45nm");
  for (const char* row : {"noc_word_16b", "dram_byte", "shift_fp16", "dequantize_int", "dequantize_int32"})
    EXPECT_THAT(table.actions.at(row).note, StartsWith("assumed")) << row;
  for (const char* row : {"register_bit_read", "register_bit_write"})
    EXPECT_THAT(table.actions.at(row).note, StartsWith("scaled from 40 nm")) << row;
}

}  // namespace
}  // namespace eyeshift
