#include "sim/published/reproduce/eyeriss_chip.h"

namespace eyeshift {
namespace {

constexpr int64_t kVgg16Batch = 3;
constexpr char kHalves[] =
    "the chip seems to compute 32 outputs at a time in two halves of 112 columns, which no mapping here can "
    "say: with m 16 its inputs are read twice as often";

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

const Registration<Reproduction, EyerissJsscVgg16> eyeriss_jssc_vgg16_registration("eyeriss-jssc-vgg16");

}  // namespace
}  // namespace eyeshift
