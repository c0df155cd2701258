#include "configs/loaders/accelerator_reader.h"
#include "configs/loaders/network_reader.h"
#include "models/pe/listed_units.h"
#include "sim/published/reproduce/data_reuse.h"
#include "sim/published/reproduce/reproduction.h"
#include "sim/simulate.h"

namespace eyeshift {
namespace {

constexpr int64_t kBatch = 16;
constexpr char kTable[] = "eyeriss-isca2016-normalised";
constexpr double kUnit = 1e9;  // MAC energies

// Energies in MACs, by the published columns.
struct Columns {
  double alu = 0, dram = 0, buffer = 0, array = 0, rf = 0;
  double total() const { return alu + dram + buffer + array + rf; }
};

double sum(const Energy::ByOperand& by) { return by.weights + by.inputs + by.psums + by.scales; }

Columns counted(const Energy& energy) {
  const auto& moved = energy.data_movement;
  return {energy.compute.multiply + energy.compute.add, sum(moved.dram), sum(moved.glb), sum(moved.noc),
          sum(moved.spad)};
}

// The paper gates nothing: adds what the machine spares on the zeros of the border, a multiply-accumulate and
// the read of its weight a pair.
void ungate(LayerResult& result) {
  result.actions[Action::multiply_int16_weights] += result.gated_macs;
  result.actions[Action::spad_filter_read_weights] += result.gated_macs;
  result.gated_macs = 0;
}

// How often a value is moved at each level, by words; `uses`: multiply-accumulates.
Reuse operand_reuse(double values, double dram, double glb, double array, double uses) {
  return {dram / values, glb / dram, array / glb, uses / array};
}

// The energy of a layer by the paper's equations, from the reuse that the machine's counts show. A level's
// column is what the equation gives where only that level costs.
Columns by_equations(const LayerReport& layer, const AcceleratorConfig& accelerator,
                     const LevelEnergies& energies) {
  const ActionCounts& n = layer.result.actions;
  const auto count = [&](Action action) { return static_cast<double>(n[action]); };
  const double port_words = accelerator.glb.port_bits / 16.0, bytes = 2;
  const auto macs = static_cast<double>(layer.result.macs + layer.result.padding_macs);
  const LayerShape& shape = layer.shape;

  const auto weights = static_cast<double>(shape.K * shape.M);
  const Reuse of_weights = operand_reuse(weights, count(Action::dram_read_weights) / bytes,
                                         count(Action::glb_filter_read_weights) * port_words,
                                         count(Action::noc_filter_deliver_weights), macs);
  const double inputs =
      static_cast<double>(layer.tokens) *
      static_cast<double>(shape.conv ? shape.conv->C * shape.conv->H * shape.conv->H : shape.K);
  const Reuse of_inputs = operand_reuse(inputs, count(Action::dram_read_inputs) / bytes,
                                        count(Action::glb_shared_read_inputs) * port_words,
                                        count(Action::noc_input_deliver_inputs), macs);
  // Partial sums never go to DRAM. `sent` leave the array for the buffer, each the sum of a column.
  const auto outputs = static_cast<double>(layer.tokens * shape.M * shape.positions());
  const double sent =
      (count(Action::glb_shared_write_psums) + count(Action::glb_shared_write_outputs)) * port_words;
  const double rows = 1 + count(Action::noc_local_deliver_psums) / sent;
  const Reuse of_psums{1, sent / outputs, rows, macs / (sent * rows)};

  const auto level = [&](const LevelEnergies& only) {
    return weights * operand_energy(of_weights, only) + inputs * operand_energy(of_inputs, only) +
           outputs * psum_energy(of_psums, only);
  };
  return {macs, level({energies.dram, 0, 0, 0}), level({0, energies.glb, 0, 0}),
          level({0, 0, energies.array, 0}), level({0, 0, 0, energies.rf})};
}

// Where the machine does not count as the paper's equations do, by column.
std::string note_of(const std::string& quantity) {
  if (quantity == "Buffer") return "the machine also writes what comes from DRAM and reads what goes there";
  if (quantity == "RF")
    return "the machine reads an input once for all outputs of a PE, where the paper reads it for each, and "
           "also counts what fills the register files";
  return "";
}

void add_rows(const Reproduced& common, const Columns& columns, std::vector<Reproduced>& rows) {
  const std::pair<const char*, double> values[] = {{"ALU", columns.alu},       {"DRAM", columns.dram},
                                                   {"Buffer", columns.buffer}, {"Array", columns.array},
                                                   {"RF", columns.rf},         {"total", columns.total()}};
  for (const auto& [quantity, value] : values) {
    rows.push_back(common);
    rows.back().quantity = quantity;
    rows.back().value = value / kUnit;
    if (common.variant.empty()) rows.back().note = note_of(quantity);
  }
}

// The analysis of row stationary on 256 PEs (Chen, Emer, Sze, ISCA 2016), its accesses counted by the machine
// with the mappings of least energy. No value is taken for zero: nothing is gated.
class EyerissIscaRs : public Reproduction {
 public:
  std::string summary() const override {
    return "AlexNet's energy by level with row stationary on 256 PEs, in MACs (ISCA 2016)";
  }

  std::vector<Reproduced> run(int parallel) const override {
    SimulateTask task;
    task.accelerator = load_accelerator("eyeriss-isca2016", listed_units());
    task.options.tokens = 1;
    task.options.batch = kBatch;
    task.options.objective = Objective::energy;
    NetworkConfig network = load_network("alexnet");
    for (LayerShape& shape : network.layers) shape.zero_fraction = shape.output_zero_fraction = 0;
    task.workload = workload_of(network, "int16", {});
    const EnergyTable table = load_table(kTable);
    RunReport run = simulate({task}, {table}, parallel).front();
    for (LayerReport& layer : run.layers) ungate(layer.result);
    price(run, {table});

    const LevelEnergies energies = level_energies(table, run.accelerator);
    std::vector<Reproduced> rows;
    for (const LayerReport& layer : run.layers)
      add_rows({layer.shape.name, "", 0, "", "", true}, counted(layer.energy), rows);
    for (const LayerReport& layer : run.layers)
      add_rows({layer.shape.name, "", 0, "by equations 3 and 4",
                "the machine's reuse, counted as the paper's equations do", false},
               by_equations(layer, run.accelerator, energies), rows);
    return rows;
  }

 private:
  // Of 16 bits, as the table prices them.
  static LevelEnergies level_energies(const EnergyTable& table, const AcceleratorConfig& accelerator) {
    const Prices prices = prices_of(table, accelerator, {});
    const auto price = [&](Action action) { return prices.pJ[static_cast<size_t>(action)]; };
    return {2 * price(Action::dram_read_weights),
            price(Action::glb_shared_read_inputs) * 16 / accelerator.glb.port_bits,
            price(Action::noc_input_deliver_inputs), price(Action::spad_input_read_inputs)};
  }
};

const Registration<Reproduction, EyerissIscaRs> eyeriss_isca_rs_registration("eyeriss-isca-rs");

}  // namespace
}  // namespace eyeshift
