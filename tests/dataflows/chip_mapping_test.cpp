#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

#include "configs/loaders/accelerator_reader.h"
#include "configs/loaders/mapping_reader.h"
#include "configs/loaders/network_reader.h"
#include "configs/loaders/published_reader.h"
#include "dataflows/dataflow.h"
#include "models/pe/listed_units.h"
#include "tests/support/files.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

const std::string kConfigs = project_file("configs/");

// A layer of a network on Eyeriss v1 with the mapping that a file in configs/mappings has for it.
Schedule chip_schedule(const std::string& network, const std::string& mappings, const std::string& layer,
                       int64_t images) {
  const AcceleratorConfig accelerator =
      load_accelerator(std::string(kConfigs) + "accelerators/eyeriss-v1.yaml", listed_units());
  const auto by_layer = load_mappings(std::string(kConfigs) + "mappings/" + mappings + ".yaml");
  for (const LayerShape& shape : load_network(network).layers) {
    if (shape.name != layer) continue;
    const Encoding encoding = Registry<Quantizer>::instance().find("int16", "scheme").encoding(shape, {});
    return Registry<Dataflow>::instance()
        .find("row-stationary", "dataflow")
        .schedule(shape, encoding, images, accelerator, "mac-int16", by_layer.at(layer));
  }
  throw std::logic_error("no layer " + layer);
}

// PEs at work in the fullest pass.
int active_pes(const Schedule& schedule) {
  int most = 0;
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next())
    most = std::max(most, cursor.pass().rows * cursor.pass().cols());
  return most;
}

// The mappings of Eyeriss v1 for AlexNet at batch 4 (JSSC 2017, table III) place the layers as the chip does.
class ChipMapping : public testing::Test {
 protected:
  static Schedule schedule(const std::string& layer) {
    return chip_schedule("alexnet", "eyeriss-jssc-alexnet", layer, 4);
  }
};

// The active PEs are those of table V. Passes: images by n, strips of 55, 27 or 13 rows by e, a group's
// outputs by p t, its channels by q r, for all groups.
TEST_F(ChipMapping, Conv1) {
  const Schedule layer = schedule("CONV1");
  EXPECT_EQ(active_pes(layer), 11 * 7 * 2);
  EXPECT_EQ(pass_count(layer), 4 * 8 * (96 / 32) * 3);
}

TEST_F(ChipMapping, Conv2) {
  const Schedule layer = schedule("CONV2");
  EXPECT_EQ(active_pes(layer), 5 * 27);
  EXPECT_EQ(pass_count(layer), 4 * 1 * (128 / 16) * (48 / 2) * 2);
}

TEST_F(ChipMapping, Conv3) {
  const Schedule layer = schedule("CONV3");
  EXPECT_EQ(active_pes(layer), 3 * 2 * 13 * 2);
  EXPECT_EQ(pass_count(layer), 1 * 1 * (384 / 32) * 43);  // 256 channels by 6
}

TEST_F(ChipMapping, Conv4) {
  const Schedule layer = schedule("CONV4");
  EXPECT_EQ(active_pes(layer), 3 * 2 * 13 * 2);
  EXPECT_EQ(pass_count(layer), 1 * 1 * (192 / 32) * (192 / 6) * 2);
}

TEST_F(ChipMapping, Conv5) {
  const Schedule layer = schedule("CONV5");
  EXPECT_EQ(active_pes(layer), 3 * 2 * 13 * 2);
  EXPECT_EQ(pass_count(layer), 1 * 1 * (128 / 32) * (192 / 6) * 2);
}

// 27 columns of 5 PEs: two segments of the array one above the other.
TEST_F(ChipMapping, APeSetWiderThanTheArrayIsFolded) {
  const Pass pass = schedule("CONV2").runs.front().pass;
  EXPECT_EQ(pass.rows, 5);
  EXPECT_EQ(pass.cols(), 27);
}

// A strip of 7 output rows needs the input rows that its 11 filter rows touch at a stride of 4.
TEST_F(ChipMapping, Conv1sStripsTakeTheirLines) {
  const Pass pass = schedule("CONV1").runs.front().pass;
  EXPECT_EQ(pass.set_lines(), 6 * 4 + 11);
  EXPECT_EQ(pass.row_tokens, 55);
  EXPECT_EQ(pass.stream_inputs(), (6 * 4 + 11) * (54 * 4 + 11));
}

// The derived mappings of VGG-16 at batch 3 fit, and have the PEs at work that were measured (table VI).
TEST(Vgg16OnTheChip, DerivedMappingsHaveTheMeasuredActivePes) {
  const Published published = load_published("eyeriss-jssc-vgg16");
  const auto& quantities = published.quantities;
  const auto quantity = std::find_if(quantities.begin(), quantities.end(),
                                     [](const auto& each) { return each.name == "active PEs"; });
  ASSERT_NE(quantity, quantities.end());
  size_t layers = 0;
  for (const Published::Subject& layer : published.subjects) {
    if (layer.name == "Total") continue;
    EXPECT_EQ(active_pes(chip_schedule("vgg-16", "eyeriss-jssc-vgg16", layer.name, 3)),
              layer.values[static_cast<size_t>(quantity - quantities.begin())])
        << layer.name;
    ++layers;
  }
  EXPECT_EQ(layers, 13u);
}

// Passes: images by n, strips by e, outputs by p t, channels by q r.
TEST(Vgg16OnTheChip, DerivedMappingsHaveTheirPasses) {
  const auto passes = [](const char* layer) {
    return pass_count(chip_schedule("vgg-16", "eyeriss-jssc-vgg16", layer, 3));
  };
  EXPECT_EQ(passes("CONV1-2"), 3 * 18 * (64 / 16) * 64);
  EXPECT_EQ(passes("CONV2-2"), 3 * 9 * (128 / 32) * 128);
  EXPECT_EQ(passes("CONV3-2"), 3 * 5 * (256 / 64) * (256 / 2));
  EXPECT_EQ(passes("CONV4-2"), 3 * 1 * (512 / 32) * (512 / 4));
  EXPECT_EQ(passes("CONV5-2"), 1 * 1 * (512 / 32) * (512 / 8));
}

// Its wide feature maps leave room for few outputs at a time in the global buffer.
TEST(Vgg16OnTheChip, SearchUsesMostOfTheArray) {
  const AcceleratorConfig accelerator = load_accelerator("eyeriss-v1", listed_units());
  for (const LayerShape& shape : load_network("vgg-16").layers) {
    if (!shape.conv || shape.name == "CONV1-1") continue;  // the latter waits for DRAM to take its outputs
    const Encoding encoding = Registry<Quantizer>::instance().find("int16", "scheme").encoding(shape, {});
    const auto found = Registry<Dataflow>::instance()
                           .find("row-stationary", "dataflow")
                           .mappings(shape, encoding, 3, accelerator, "mac-int16");
    const int64_t products = shape.K * shape.M * shape.positions() * 3;
    const auto fastest = std::min_element(found.begin(), found.end(),
                                          [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
    // The array's peak is a product a PE and cycle.
    EXPECT_LT(fastest->cycles, products / 168 * 3) << shape.name;
    EXPECT_GE(fastest->cycles, products / 168) << shape.name;
  }
}

}  // namespace
}  // namespace eyeshift
