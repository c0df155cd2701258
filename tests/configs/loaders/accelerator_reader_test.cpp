#include "configs/loaders/accelerator_reader.h"

#include <gmock/gmock.h>

#include "base/files/data_files.h"
#include "models/pe/listed_units.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kFile = project_file("configs/accelerators/eyeriss-168.yaml");

// The message for the default accelerator with one line changed.
std::string error_with(const std::string& from, const std::string& to) {
  TestFolder folder;
  const std::string file = folder.write("a.yaml", replaced(read_text_file(kFile), from, to));
  return input_error_of([&] { load_accelerator(file, listed_units()); });
}

TEST(AcceleratorReader, DefaultIsEyerissWithSinglePrecisionPartialSums) {
  const AcceleratorConfig config = load_accelerator("eyeriss-168", listed_units());
  EXPECT_EQ(config.name, "eyeriss-168");
  EXPECT_EQ(config.clocks.core_Hz, 200'000'000);
  EXPECT_EQ(config.clocks.dram_Hz, 60'000'000);
  EXPECT_EQ(config.array.rows, 12);
  EXPECT_EQ(config.array.cols, 14);
  EXPECT_THAT(config.array.units, ElementsAre("mac-fp16", "mac-int8", "dequant-mac", "shift-add", "lut"));
  EXPECT_EQ(config.array.fp16_lanes, 14);
  EXPECT_EQ(config.array.accumulator, Accumulator::fp32);
  EXPECT_EQ(config.array.dequant, DequantMode::per_group);
  EXPECT_EQ(config.spad_words.filter, 224);
  EXPECT_EQ(config.spad_words.input, 12);
  EXPECT_EQ(config.spad_words.psum, 48);
  EXPECT_EQ(config.spad_words.lut, 256);
  EXPECT_EQ(config.noc_bits.filter, 64);
  EXPECT_EQ(config.noc_bits.input, 16);
  EXPECT_EQ(config.noc_bits.psum_in, 64);
  EXPECT_EQ(config.noc_bits.psum_out, 64);
  EXPECT_EQ(config.noc_bits.local, 64);
  EXPECT_EQ(config.glb.bank_bytes * (config.glb.filter_banks + config.glb.shared_banks), 108 * 1024);
  EXPECT_EQ(config.glb.filter_banks, 2);
  EXPECT_EQ(config.glb.port_bits, 64);
  EXPECT_TRUE(config.glb.double_buffer);
  EXPECT_EQ(config.dram.link_bits, 64);
  EXPECT_EQ(config.dram.latency_cycles, 20);
  EXPECT_EQ(config.dram.burst_bytes, 64);
  EXPECT_EQ(config.compression, AcceleratorConfig::Compression::none);
}

TEST(AcceleratorReader, ReadsEveryAcceleratorThatComesWithTheProgram) {
  EXPECT_THAT(accelerator_names(), ElementsAre("eyeriss-168", "eyeriss-isca2016", "eyeriss-v1", "tiny-2x2"));
  for (const std::string& name : accelerator_names())
    EXPECT_EQ(load_accelerator(name, listed_units()).name, name);
  EXPECT_EQ(load_accelerator("eyeriss-v1", listed_units()).array.accumulator, Accumulator::fp16);
  const AcceleratorConfig isca = load_accelerator("eyeriss-isca2016", listed_units());
  EXPECT_EQ(isca.array.rows * isca.array.cols, 256);
  EXPECT_EQ(2 * (isca.spad_words.filter + isca.spad_words.input + isca.spad_words.psum), 512);
  EXPECT_EQ(isca.glb.bank_bytes * (isca.glb.filter_banks + isca.glb.shared_banks), 128 * 1024);
  EXPECT_EQ(load_accelerator("eyeriss-v1", listed_units()).spad_words.psum, 24);
}

TEST(AcceleratorReader, FindsFilesByPathAndByName) {
  EXPECT_EQ(load_accelerator(kFile, listed_units()).name, "eyeriss-168");
  EXPECT_EQ(load_accelerator("eyeriss-168.yaml", listed_units()).name, "eyeriss-168");
  EXPECT_THAT(input_error_of([] { load_accelerator("eyeris-168", listed_units()); }),
              AllOf(HasSubstr("eyeriss-168, eyeriss-isca2016, eyeriss-v1, tiny-2x2"),
                    HasSubstr("did you mean 'eyeriss-168'?")));
  EXPECT_THAT(input_error_of([] { load_accelerator("no/such/file.yaml", listed_units()); }),
              HasSubstr("not found"));
}

TEST(AcceleratorReader, RefusesBadValues) {
  EXPECT_THAT(error_with("rows: 12", "rows: twelve"),
              HasSubstr("a.yaml:11: array.rows = 'twelve': expected a whole"));
  EXPECT_THAT(error_with("rows: 12", "rows: -12"), HasSubstr("array.rows = '-12'"));
  EXPECT_THAT(error_with("rows: 12", "row: 12"), HasSubstr("unknown key 'array.row': did you mean 'rows'?"));
  EXPECT_THAT(error_with("  rows: 12", "  # rows: 12"), HasSubstr("missing key 'array.rows'"));
  EXPECT_THAT(error_with("rows: 12", "rows: 60000"), HasSubstr("rows x cols must be at most 65536"));
  EXPECT_THAT(error_with("mac-int8", "mac-int7"),
              AllOf(HasSubstr("'mac-int7' is not allowed"),
                    HasSubstr("expected a list of different words out of dequant-mac, lut, ")));
  EXPECT_THAT(error_with("filter: 224", "filter: 0"), HasSubstr("spad_words.filter = '0'"));
  EXPECT_THAT(error_with("accumulator: fp32", "accumulator: fp64"), HasSubstr("expected one of fp16, fp32"));
  EXPECT_THAT(error_with("double_buffer: true", "double_buffer: 1"), HasSubstr("expected true or false"));
  EXPECT_THAT(error_with("compression: none", "compression: zip"), HasSubstr("expected one of none, rlc"));
}

TEST(AcceleratorReader, RefusesImpossibleWidthsAndSizes) {
  EXPECT_THAT(error_with("filter: 64", "filter: 20"),
              HasSubstr("noc_bits.filter = '20': expected a multiple of 8"));
  EXPECT_THAT(error_with("psum_out: 64", "psum_out: 264"), HasSubstr("8 to 256"));
  EXPECT_THAT(error_with("port_bits: 64", "port_bits: 512"), HasSubstr("8 to 256"));
  EXPECT_THAT(error_with("link_bits: 64", "link_bits: 1032"), HasSubstr("8 to 1024"));
  EXPECT_THAT(error_with("bank_bytes: 4096", "bank_bytes: 4097"),
              HasSubstr("expected a multiple of the port's 8 bytes"));
  EXPECT_THAT(error_with("burst_bytes: 64", "burst_bytes: 60"),
              HasSubstr("expected a multiple of the link's 8 bytes"));
  EXPECT_THAT(error_with("core_Hz: 200000000", "core_Hz: 999"), HasSubstr("clocks.core_Hz = '999'"));
  EXPECT_THAT(error_with("dram_Hz: 60000000", "dram_Hz: 60000001"),
              AllOf(HasSubstr("clocks.dram_Hz = '60000001'"), HasSubstr("least common multiple")));
}

TEST(AcceleratorReader, RefusesFp16LanesThatFillNoRow) {
  EXPECT_EQ(error_with("fp16_lanes: 14", "fp16_lanes: 0"), "");
  EXPECT_EQ(error_with("fp16_lanes: 14", "fp16_lanes: 3"), "");
  EXPECT_EQ(error_with("fp16_lanes: 14", "fp16_lanes: 168"), "");
  EXPECT_THAT(error_with("fp16_lanes: 14", "fp16_lanes: 15"),
              HasSubstr("at most 14 (one row of PEs) or a multiple"));
  EXPECT_THAT(error_with("fp16_lanes: 14", "fp16_lanes: 182"), HasSubstr("only 168 PEs"));
  EXPECT_THAT(error_with("units: [mac-fp16, ", "units: ["), HasSubstr("mac-fp16 beside another unit"));
}

TEST(AcceleratorReader, LutStorageGoesWithTheLutUnit) {
  EXPECT_THAT(error_with("  lut: 256", "  # lut"), HasSubstr("missing key 'spad_words.lut'"));
}

AcceleratorConfig with(const std::vector<std::string>& settings) {
  return load_accelerator("eyeriss-168", listed_units(), settings);
}

std::string error_of_settings(const std::vector<std::string>& settings) {
  return input_error_of([&] { with(settings); });
}

TEST(AcceleratorReader, SettingsTakeThePlaceOfTheFilesValues) {
  const AcceleratorConfig config =
      with({"array.rows=32", "glb.bank_bytes=8192", "clocks.core_Hz=500e6", "array.units=[lut, mac-fp16]",
            "glb.double_buffer=false", "compression=rlc"});
  EXPECT_EQ(config.array.rows, 32);
  EXPECT_EQ(config.array.cols, 14);
  EXPECT_EQ(config.glb.bank_bytes, 8192);
  EXPECT_EQ(config.clocks.core_Hz, 500'000'000);
  EXPECT_THAT(config.array.units, ElementsAre("lut", "mac-fp16"));
  EXPECT_FALSE(config.glb.double_buffer);
  EXPECT_EQ(config.compression, AcceleratorConfig::Compression::rlc);
  EXPECT_EQ(config.spad_words.filter, 224);
}

TEST(AcceleratorReader, SettingsAreInTheName) {
  EXPECT_EQ(with({"array.rows=32", "dram.burst_bytes=32"}).name,
            "eyeriss-168 (array.rows=32, dram.burst_bytes=32)");
  EXPECT_EQ(with({"name=mine"}).name, "mine");
  EXPECT_EQ(with({"array.rows=32", "name=mine"}).name, "mine (array.rows=32)");
}

TEST(AcceleratorReader, SettingsAreCheckedAsTheFileIs) {
  EXPECT_THAT(error_of_settings({"array.rows=x"}),
              StartsWith("--set array.rows=x: array.rows = 'x': expected a whole number from 1 to 65536"));
  EXPECT_THAT(error_of_settings({"array.rows="}), StartsWith("--set array.rows=: array.rows = (empty): "));
  EXPECT_THAT(
      error_of_settings({"array.rowz=3"}),
      StartsWith("--set array.rowz=3: unknown key 'array.rowz': did you mean 'rows'? Allowed here: rows"));
  EXPECT_THAT(error_of_settings({"burst_bytes=3"}),
              StartsWith("--set burst_bytes=3: unknown key 'burst_bytes': did you mean 'dram.burst_bytes'?"));
  EXPECT_THAT(error_of_settings({"cash.size=3"}),
              StartsWith("--set cash.size=3: unknown key 'cash'. Allowed"));
  EXPECT_THAT(error_of_settings({"array.rows.x=3"}), HasSubstr("'array.rows' has a value"));
  EXPECT_THAT(error_of_settings({"glb=3"}), StartsWith("--set glb=3: glb: expected keys with values"));
  EXPECT_THAT(error_of_settings({"noc_bits.filter=20"}), HasSubstr("expected a multiple of 8 bits"));
  EXPECT_THAT(error_of_settings({"array.units=[mac-int7]"}),
              AllOf(StartsWith("--set array.units=[mac-int7]: "), HasSubstr("'mac-int7' is not allowed")));
}

TEST(AcceleratorReader, SettingsThatAreNone) {
  EXPECT_THAT(error_of_settings({"array.rows"}), HasSubstr("expected KEY=VALUE, such as array.rows=32"));
  EXPECT_THAT(error_of_settings({"=3"}), HasSubstr("expected KEY=VALUE"));
  EXPECT_THAT(error_of_settings({"array..rows=3"}), HasSubstr("expected KEY=VALUE"));
  EXPECT_THAT(error_of_settings({"array.rows=3", "array.rows=4"}), HasSubstr("'array.rows' is set twice"));
  EXPECT_THAT(error_of_settings({"array.units=[lut"}), HasSubstr("not valid YAML"));
  EXPECT_THAT(error_of_settings({"glb={bank_bytes: 8}"}), HasSubstr("set each of them by itself"));
}

// What the file says goes wrong with a setting: both are named.
TEST(AcceleratorReader, ASettingThatTheFileContradictsIsNamed) {
  EXPECT_THAT(error_of_settings({"array.units=[mac-fp16]"}),
              AllOf(HasSubstr("array.fp16_lanes = '14'"),
                    HasSubstr("the file is changed by --set array.units=[mac-fp16]")));
}

TEST(AcceleratorReader, ASettingOfAnAliasChangesThatKeyAlone) {
  TestFolder folder;
  std::string text = replaced(read_text_file(kFile), "psum_in: 64", "psum_in: &width 64");
  const std::string file = folder.write("a.yaml", replaced(text, "psum_out: 64", "psum_out: *width"));
  const AcceleratorConfig config = load_accelerator(file, listed_units(), {"noc_bits.psum_out=32"});
  EXPECT_EQ(config.noc_bits.psum_out, 32);
  EXPECT_EQ(config.noc_bits.psum_in, 64);
}

TEST(Accelerator, TimeBaseIsTheClocksLeastCommonMultiple) {
  AcceleratorConfig config;
  config.clocks = {200'000'000, 60'000'000};
  const TimeBase base = time_base(config);
  EXPECT_EQ(base.ticks_Hz, 600'000'000);
  EXPECT_EQ(base.core_ticks, 3);
  EXPECT_EQ(base.dram_ticks, 10);
  config.clocks = {9'999'999'967, 9'999'999'929};
  EXPECT_THROW(time_base(config), InputError);
  config.clocks = {0, 1};
  EXPECT_THROW(time_base(config), InputError);
}

TEST(Accelerator, SpecialisedKeepsOneUnitAndTheFp16Lanes) {
  const AcceleratorConfig config = load_accelerator("eyeriss-168", listed_units());
  const AcceleratorConfig lut = specialised(config, "lut");
  EXPECT_THAT(lut.array.units, ElementsAre("lut", "mac-fp16"));
  EXPECT_EQ(lut.array.fp16_lanes, 14);
  EXPECT_EQ(lut.spad_words.lut, 256);
  const AcceleratorConfig mac = specialised(config, "mac-fp16");
  EXPECT_THAT(mac.array.units, ElementsAre("mac-fp16"));
  EXPECT_EQ(mac.array.fp16_lanes, 0);
  EXPECT_EQ(mac.spad_words.lut, 0);
  EXPECT_THAT(input_error_of([&] { specialised(mac, "lut"); }), HasSubstr("has no unit 'lut'"));
}

}  // namespace
}  // namespace eyeshift
