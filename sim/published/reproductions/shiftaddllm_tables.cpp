#include <cctype>

#include "sim/published/estimate/estimator.h"
#include "sim/published/reproduce/published_networks.h"
#include "sim/published/reproduce/reproduction.h"

namespace eyeshift {
namespace {

// A column of the tables: scheme and bits.
struct Column {
  const char* scheme;
  WeightBits bits;

  std::string name() const { return scheme + (bits == WeightBits{} ? "" : " " + name_of(bits)); }
};

const Column kColumns[] = {
    {"fp16", {}},  {"optq", {3}},     {"lut-gemm", {3}},    {"shiftaddllm", {3}},
    {"optq", {2}}, {"lut-gemm", {2}}, {"shiftaddllm", {2}}, {"shiftaddllm", kMixedBits}};

double energy_mJ(Estimator& estimator, const NetworkConfig& network, const Column& column) {
  return sums(estimator.estimate(network, column.scheme, column.bits, 1)).total_pJ() / kMillijoule_pJ;
}

// A table of energies by network and scheme, as the estimator released with the paper computes it.
class EstimatedTable : public Reproduction {
 public:
  explicit EstimatedTable(std::vector<std::string> networks) : networks_(std::move(networks)) {}

  std::vector<Reproduced> run(int) const override {
    Estimator estimator;
    std::vector<Reproduced> rows;
    for (const std::string& name : networks_) {
      const PublishedNetwork network = published_network(name);
      for (const Column& column : kColumns) {
        const double value = energy_mJ(estimator, network.network, column);
        rows.push_back({name, column.name(), value, "", network.note, true});
      }
    }
    add_variants(estimator, rows);
    return rows;
  }

 protected:
  virtual void add_variants(Estimator&, std::vector<Reproduced>&) const {}

 private:
  std::vector<std::string> networks_;
};

class Table10 : public EstimatedTable {
 public:
  Table10()
      : EstimatedTable(
            {"opt-125m", "opt-350m", "opt-1.3b", "opt-2.7b", "opt-6.7b", "opt-13b", "opt-30b", "opt-66b"}) {}
  std::string summary() const override {
    return "energy of a token through OPT networks by ShiftAddLLM's estimator (Table 10)";
  }
};

class Table13 : public EstimatedTable {
 public:
  Table13() : EstimatedTable({"llama-2-7b", "llama-2-13b", "llama-2-70b", "llama-3-8b", "llama-3-70b"}) {}
  std::string summary() const override {
    return "energy of a token through LLaMA networks by ShiftAddLLM's estimator (Table 13)";
  }

 protected:
  // The one cell that does not follow from the network's shapes.
  void add_variants(Estimator& estimator, std::vector<Reproduced>& rows) const override {
    const Column mixed{"shiftaddllm", kMixedBits};
    const NetworkConfig network = load_network("llama-3-70b");
    const int64_t quarter = network.layers.front().K / 4;  // as in llama-3-8b
    rows.push_back({"llama-3-70b", mixed.name(), energy_mJ(estimator, with_kv_width(network, quarter), mixed),
                    "K/V 2048 wide",
                    "the printed cell follows from keys and values a quarter as wide as queries, which is "
                    "llama-3-8b's ratio; all other cells of llama-3-70b follow from its own, an eighth",
                    false});
  }
};

const Registration<Reproduction, Table10> table10("shiftaddllm-table10");
const Registration<Reproduction, Table13> table13("shiftaddllm-table13");

}  // namespace
}  // namespace eyeshift
