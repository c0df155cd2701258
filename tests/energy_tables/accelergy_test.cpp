#include "energy_tables/accelergy.h"

#include <gmock/gmock.h>

#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// As Accelergy writes them.
constexpr char kErt[] = R"(ERT:
  version: '0.4'
  tables:
  - name: chip.shared_glb[1..1]
    actions:
    - {name: read, arguments: {global_cycle_seconds: 1e-9}, energy: 18.18}
    - {name: write, arguments: {global_cycle_seconds: 1e-9}, energy: 14.14}
    - {name: leak, arguments: {}, energy: 0.0057}
  - name: chip.PE[0..167].weights_spad
    actions:
    - {name: read, energy: 1.977}
    - {name: write, energy: 1.882}
  - name: chip.DRAM
    actions:
    - {name: read, energy: 512}
  - name: chip.dummy_buffer
    actions:
    [{name: read, energy: 0}]
)";
constexpr char kArt[] = R"(ART:
  version: '0.4'
  tables:
  - {name: chip.shared_glb, area: 217363}
  - {name: chip.PE.weights_spad, area: 5816}
)";
constexpr char kTable[] = R"(name: mine
node_nm: 65
voltage_V: 1
accelergy:
  ert: ERT.yaml
  art: ART.yaml
  actions:
    glb_read: {class: shared_glb, action: read}
    glb_write: {class: shared_glb, action: write}
    spad_filter_read: {class: weights_spad, action: read, bits: 16}
    dram_byte: {class: DRAM, action: read, bits: 64}
  components:
    glb: {class: shared_glb}
    spad_filter: {class: weights_spad, leakage_mW: 0.25}
  ignore: [dummy_buffer]
)";

struct Files {
  std::string ert = kErt, art = kArt, table = kTable;
};

EnergyTable load(const Files& files) {
  TestFolder folder;
  folder.write("ERT.yaml", files.ert);
  folder.write("ART.yaml", files.art);
  return load_table(folder.write("t.yaml", files.table));
}

std::string error_with(std::string Files::*file, const std::string& from, const std::string& to) {
  Files files;
  files.*file = replaced(files.*file, from, to);
  return input_error_of([&] { load(files); });
}

TEST(Accelergy, FillsTheRowsThatTheTableNames) {
  const EnergyTable table = load({});
  EXPECT_EQ(table.actions.at("glb_read").energy_pJ, 18.18);
  EXPECT_EQ(table.actions.at("glb_write").energy_pJ, 14.14);
  EXPECT_EQ(table.actions.at("spad_filter_read").energy_pJ, 1.977);
  EXPECT_EQ(table.actions.at("dram_byte").energy_pJ, 64);  // 512 pJ for 64 bits
  EXPECT_EQ(table.actions.at("dram_byte").source, "Accelergy, ERT.yaml: DRAM.read");
  EXPECT_EQ(table.components.at("glb").area_um2, 217363);
  EXPECT_EQ(table.components.at("spad_filter").leakage_mW, 0.25);
  EXPECT_EQ(table.files.size(), 3u);
}

TEST(Accelergy, RefusesUnknownClassesAndActions) {
  EXPECT_THAT(error_with(&Files::table, "  ignore: [dummy_buffer]\n", ""),
              AllOf(HasSubstr("no row takes class 'dummy_buffer'"), HasSubstr("'ignore'")));
  EXPECT_THAT(error_with(&Files::table, "class: DRAM", "class: HBM"),
              AllOf(HasSubstr("t.yaml:11: accelergy.actions.dram_byte.class = 'HBM': no such class"),
                    HasSubstr("DRAM, dummy_buffer, shared_glb, weights_spad")));
  EXPECT_THAT(error_with(&Files::table, "action: write}", "action: update}"),
              HasSubstr("class 'shared_glb' has none of this name: it has leak, read, write"));
  EXPECT_THAT(error_with(&Files::table, "    glb: {class: shared_glb}", "    glb: {class: DRAM}"),
              HasSubstr("no such class in"));
  EXPECT_THAT(error_with(&Files::table, "[dummy_buffer]", "[dummy]"), HasSubstr("'dummy' is not allowed"));
  EXPECT_THAT(error_with(&Files::table, "    glb_read", "    glb_reads"),
              HasSubstr("did you mean 'glb_read'?"));
}

TEST(Accelergy, RefusesTwoSourcesForOneNumber) {
  EXPECT_THAT(
      error_with(&Files::table, "accelergy:", "actions:\n  dram_byte: {energy_pJ: 1, source: a}\naccelergy:"),
      HasSubstr("the table states this row, too"));
  EXPECT_THAT(error_with(&Files::table, "accelergy:",
                         "components:\n  glb: {area_um2: 1, leakage_mW: 0, source: a}\naccelergy:"),
              HasSubstr("the table states this row, too"));
  EXPECT_THAT(error_with(&Files::ert, "energy: 1.977}", "energy: 1.977}\n    - {name: read, energy: 2.5}"),
              HasSubstr("several energies"));
  EXPECT_THAT(error_with(&Files::ert, "chip.DRAM", "other.shared_glb"),
              HasSubstr("'shared_glb' is there twice"));
}

TEST(Accelergy, RefusesWhatIsNoReferenceTable) {
  EXPECT_THAT(error_with(&Files::ert, "energy: 512", "energy: -512"), HasSubstr("ERT.yaml:15: energy"));
  EXPECT_THAT(error_with(&Files::ert, "energy: 512", "energy: much"), HasSubstr("ERT.yaml:15: energy"));
  EXPECT_THAT(error_with(&Files::ert, "energy: 512", "cost: 512"), HasSubstr("missing key 'energy'"));
  EXPECT_THAT(error_with(&Files::ert, "ERT:", "EAT:"), HasSubstr("missing key 'ERT'"));
  EXPECT_THAT(error_with(&Files::ert, "  tables:", "  tables: ["), HasSubstr("ERT.yaml:"));
  EXPECT_THAT(error_with(&Files::ert, "[{name: read, energy: 0}]", "3"),
              HasSubstr("actions: expected a list"));
  EXPECT_THAT(error_with(&Files::ert, "name: read, energy: 512", "name: [], energy: 512"),
              HasSubstr("the name of an action"));
  EXPECT_THAT(error_with(&Files::art, "area: 5816", "area: .nan"), HasSubstr("ART.yaml:5: area"));
  EXPECT_THAT(error_with(&Files::table, "ert: ERT.yaml", "ert: none.yaml"), HasSubstr("none.yaml"));
  TestFolder folder;
  const std::string ert = folder.write("ERT.yaml", kErt);
  EXPECT_THAT(input_error_of([&] { load_table(ert); }), HasSubstr("a reference table of Accelergy"));
}

}  // namespace
}  // namespace eyeshift
