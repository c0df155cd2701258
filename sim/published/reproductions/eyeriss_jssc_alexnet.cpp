#include "sim/published/reproduce/eyeriss_chip.h"

namespace eyeshift {
namespace {

constexpr int64_t kAlexnetBatch = 4;
constexpr char kNetwork[] = "alexnet";

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

const Registration<Reproduction, EyerissJsscAlexnet> eyeriss_jssc_alexnet_registration(
    "eyeriss-jssc-alexnet");

}  // namespace
}  // namespace eyeshift
