#include "sim/published/reproduce/eyeriss_chip.h"

namespace eyeshift {
namespace {

constexpr int64_t kAlexnetBatch = 4;
constexpr char kNetwork[] = "alexnet";
constexpr int64_t kVgg16Batch = 3;
constexpr char kHalves[] =
    "the chip seems to compute 32 outputs at a time in two halves of 112 columns, which no mapping here can "
    "say: with m 16 its inputs are read twice as often";

// The chip's measurements (Chen et al., JSSC 2017, Table V), with its own mappings.
class EyerissJsscAlexnet : public Reproduction {
 public:
  std::string summary() const override {
    return "AlexNet's CONV1-5 on the Eyeriss chip: latency, traffic and power as measured (JSSC 2017)";
  }

  std::vector<Reproduced> run(int parallel) const override {
    const std::vector<RunReport> runs =
        simulate_chip({chip_task(kNetwork, "eyeriss-jssc-alexnet", kAlexnetBatch),
                       chip_task(kNetwork, "eyeriss-jssc-alexnet-printed", kAlexnetBatch)},
                      parallel);
    std::vector<Reproduced> rows;
    add_layer_rows(runs[0], "",
                   {{"CONV3", "with CONV4's q, r, t, which the measured global-buffer traffic implies"}},
                   rows);
    add_total_rows(runs[0], rows);
    add_layer_rows(runs[1], "printed mapping",
                   {{"CONV3", "with q 4, r 1, t 4 of Table III, beside the same measurement"}}, rows);
    return rows;
  }
};

// The chip's measurements (Chen et al., JSSC 2017, Table VI), with mappings derived from them.
class EyerissJsscVgg16 : public Reproduction {
 public:
  std::string summary() const override {
    return "VGG-16's CONV1-1 to CONV5-3 on the Eyeriss chip as measured, with derived mappings (JSSC 2017)";
  }

  std::vector<Reproduced> run(int parallel) const override {
    const std::vector<RunReport> runs =
        simulate_chip({chip_task("vgg-16", "eyeriss-jssc-vgg16", kVgg16Batch)}, parallel);
    std::vector<Reproduced> rows;
    add_layer_rows(runs[0], "", {{"CONV1-1", kHalves}, {"CONV1-2", kHalves}}, rows);
    add_total_rows(runs[0], rows);
    return rows;
  }
};

const Registration<Reproduction, EyerissJsscAlexnet> eyeriss_jssc_alexnet_registration(
    "eyeriss-jssc-alexnet");
const Registration<Reproduction, EyerissJsscVgg16> eyeriss_jssc_vgg16_registration("eyeriss-jssc-vgg16");

}  // namespace
}  // namespace eyeshift
