#include "configs/loaders/published_reader.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/files/data_files.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kFile = project_file("configs/published/eyeriss-jssc-alexnet.yaml");

// The message for the chip's measurements with one piece of text changed.
std::string error_with(const std::string& from, const std::string& to) {
  TestFolder folder;
  const std::string file = folder.write("p.yaml", replaced(read_text_file(kFile), from, to));
  return input_error_of([&] { load_published(file); });
}

TEST(PublishedReader, ReadsTheChipsMeasurements) {
  const Published published = load_published("eyeriss-jssc-alexnet");
  ASSERT_EQ(published.quantities.size(), 6u);
  EXPECT_EQ(published.quantities[3].name, "global buffer");
  EXPECT_EQ(published.quantities[3].unit, "MB");
  EXPECT_EQ(published.quantities[3].source, published.source);
  ASSERT_EQ(published.subjects.size(), 6u);
  EXPECT_EQ(published.subjects[1].name, "CONV2");
  EXPECT_THAT(published.subjects[1].values, ElementsAre(39.2, 41.9, 135, 77.6, 4.0, 288));
}

TEST(PublishedReader, SumsOfLayersArePrintedTotals) {
  const std::pair<const char*, double> chip[] = {{"eyeriss-jssc-alexnet", 0.11},
                                                 {"eyeriss-jssc-vgg16", 0.21}};
  for (const auto& [name, rounding] : chip) {
    const Published published = load_published(name);
    const auto& total = published.subjects.back();
    ASSERT_EQ(total.name, "Total");
    std::vector<double> sums(published.quantities.size());
    double pe_ms = 0, uJ = 0;
    for (const Published::Subject& layer : published.subjects) {
      if (layer.name == "Total") continue;
      for (size_t quantity = 0; quantity < sums.size(); ++quantity) sums[quantity] += layer.values[quantity];
      pe_ms += layer.values[2] * layer.values[0];
      uJ += layer.values[5] * layer.values[1];
    }
    for (const size_t quantity : {0u, 1u, 3u, 4u})  // both latencies, global buffer, DRAM
      EXPECT_NEAR(sums[quantity], total.values[quantity], rounding) << published.quantities[quantity].name;
    EXPECT_NEAR(pe_ms / total.values[0], total.values[2], 0.5) << name;  // active PEs
    EXPECT_NEAR(uJ / total.values[1], total.values[5], 0.5) << name;     // power
  }
  const Published energies = load_published("eyeriss-isca-rs");
  for (const Published::Subject& layer : energies.subjects) {
    double sum = 0;
    for (size_t level = 0; level < 5; ++level) sum += layer.values[level];
    EXPECT_NEAR(sum, layer.values[5], 0.02) << layer.name;
  }
}

TEST(PublishedReader, AQuantityMayHaveASourceAndANoteOfItsOwn) {
  const Published published = load_published("eyeriss-isca-rs");
  EXPECT_EQ(published.quantities[2].name, "Buffer");
  EXPECT_NE(published.quantities[2].source, published.source);
  EXPECT_THAT(published.quantities[2].note, HasSubstr("another tool"));
}

TEST(PublishedReader, EveryPublicationLoadsUnderItsName) {
  EXPECT_THAT(published_names(), ElementsAre("eyeriss-isca-rs", "eyeriss-jssc-alexnet", "eyeriss-jssc-vgg16",
                                             "horowitz", "shiftaddllm-figure8", "shiftaddllm-table1",
                                             "shiftaddllm-table10", "shiftaddllm-table13"));
  for (const std::string& name : published_names()) EXPECT_EQ(load_published(name).name, name);
}

TEST(PublishedReader, APartialQuantityHasValuesForSomeSubjects) {
  const Published published = load_published("shiftaddllm-figure8");
  ASSERT_EQ(published.subjects.size(), 3u);
  EXPECT_EQ(published.subjects[0].values[0], 80.36);
  EXPECT_TRUE(std::isnan(published.subjects[0].values[2]));
  EXPECT_TRUE(std::isnan(published.subjects[1].values[0]));
}

TEST(PublishedReader, RefusesWhatIsNotWhole) {
  EXPECT_THAT(error_with("DRAM: 4.0, ", ""), HasSubstr("missing key 'subjects.CONV2.DRAM' (MB)"));
  EXPECT_THAT(error_with("DRAM: 4.0", "DRUM: 4.0"), HasSubstr("did you mean 'DRAM'"));
  EXPECT_THAT(error_with("DRAM: 4.0", "DRAM: 0"), HasSubstr("subjects.CONV2.DRAM = '0'"));
  EXPECT_THAT(error_with("DRAM: 4.0", "DRAM: 4 MB"), HasSubstr("subjects.CONV2.DRAM = '4 MB'"));
  EXPECT_THAT(error_with("  CONV2:", "  CONV1:"), HasSubstr("CONV1"));
  EXPECT_THAT(error_with("  DRAM: {unit: MB}", "  DRAM: {unit: MB, units: MB}"), HasSubstr("units"));
  EXPECT_THAT(error_with("source:", "sauce:"), HasSubstr("did you mean 'source'"));
  EXPECT_THAT(error_with("quantities:", "qualities:"), HasSubstr("missing key 'quantities'"));
  EXPECT_THAT(input_error_of([] { load_published("eyeriss-jssc-alexnot"); }),
              HasSubstr("did you mean 'eyeriss-jssc-alexnet'?"));
}

}  // namespace
}  // namespace eyeshift
