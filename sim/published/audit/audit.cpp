#include "sim/published/audit/audit.h"

#include <algorithm>

#include "base/errors.h"
#include "sim/compare.h"

namespace eyeshift {
namespace {

// The machine's schemes and units, by those of the estimator.
struct Side {
  const char* scheme;
  SchemeOnUnit machine;
};
const Side kSides[] = {{"fp16", {"fp16", "mac-fp16"}},
                       {"optq", {"gptq", "dequant-mac"}},
                       {"lut-gemm", {"bcq", "lut"}},
                       {"shiftaddllm", {"shiftaddllm-block", "lut"}},
                       {"shiftaddllm", {"shiftaddllm-block", "shift-add"}}};

double sum(const Energy::ByOperand& by) { return by.weights + by.inputs + by.psums + by.scales; }

AuditEnergy by_place(const Energy& energy) {
  const Energy::Compute& c = energy.compute;
  const Energy::DataMovement& moved = energy.data_movement;
  return {c.multiply + c.add + c.shift + c.dequantize,
          c.lut_query + c.lut_build,
          sum(moved.dram),
          sum(moved.glb),
          sum(moved.noc),
          sum(moved.spad),
          energy.clock_control + energy.static_leakage};
}

std::vector<RunReport> machine_runs(const NetworkConfig& network, const AcceleratorConfig& accelerator,
                                    const EnergyTable& table, const AuditOptions& options) {
  CompareOptions compared;
  compared.tokens = options.tokens;
  compared.context = options.context;
  compared.parallel = options.parallel;
  QuantizeOptions quantize;
  quantize.bits = options.bits;
  std::map<std::string, SchemeWorkload> workloads;
  for (const Side& side : kSides) {
    compared.sides.push_back(side.machine);
    workloads[side.machine.scheme] = {workload_of(network, side.machine.scheme, quantize), std::nullopt};
  }
  return compare(accelerator, compared, workloads, {table});
}

// Walks one scheme at one number of tokens.
class ColumnAudit {
 public:
  // `accelerator` has every unit: prices of what a side's own machine lacks come from it.
  ColumnAudit(const NetworkConfig& network, const Side& side, const RunReport& run, const EnergyTable& table,
              const AcceleratorConfig& accelerator, Estimator& estimator)
      : side_(side),
        run_(run),
        estimator_(estimator),
        table_operations_(operation_prices(table, accelerator)),
        table_memories_(memory_prices(table, accelerator)) {
    const bool biases = has_biases(network);
    for (const LayerReport& layer : run.layers) {
      const bool coded = layer.encoding.scheme == side.machine.scheme;
      AuditedLayer audited{layer.shape,
                           coded ? side.scheme : "fp16",
                           coded ? layer.encoding.bits : 16,
                           biases && !is_head(layer.shape),
                           is_gate(layer.shape),
                           layer.tokens,
                           layer.unit,
                           layer.encoding,
                           layer.mapping};
      if (layer.kind == LayerKind::linear) linear_.push_back(audited);
      if (layer.kind == LayerKind::attention) {
        audited.has_bias = false;
        attention_.push_back(audited);
      }
    }
  }

  AuditColumn column() {
    AuditColumn column{side_.scheme, side_.machine.scheme, side_.machine.unit, run_.tokens, {}, {}, {}};
    AuditSwitches on;
    column.lines.push_back({"published", "the estimator released with ShiftAddLLM", energy(linear_, on)});
    for (size_t i = 0; i < kAuditSteps; ++i) {
      const auto step = static_cast<AuditStep>(i);
      on.turn_on(step);
      column.lines.push_back({name_of(step), meaning_of(step), energy(linear_, on)});
    }
    column.counted = column.lines.back().energy;
    AuditEnergy whole = column.counted;
    whole.add(energy(attention_, on), 1);
    column.lines.push_back({"attention", "attention's products and the KV cache", whole});
    column.lines.push_back(
        {"machine", "the cycle-level machine: softmax, norms, leakage, bursts", by_place(sums(run_).energy)});
    column.machine = by_place(sums(run_, LayerKind::linear).energy);
    column.machine.rest = 0;
    return column;
  }

 private:
  AuditEnergy energy(const std::vector<AuditedLayer>& layers, const AuditSwitches& on) {
    const AuditPrices operations =
        on[AuditStep::arithmetic] ? table_operations_ : published_operation_prices();
    const AuditMemoryPrices memories = on[AuditStep::on_chip] ? table_memories_ : published_memory_prices();
    AuditEnergy all;
    for (const AuditedLayer& layer : layers)
      all.add(energy_of(audited_counts(layer, on, run_.accelerator, estimator_), operations, memories),
              static_cast<double>(layer.shape.count));
    return all;
  }

  const Side& side_;
  const RunReport& run_;
  Estimator& estimator_;
  AuditPrices table_operations_;
  AuditMemoryPrices table_memories_;
  std::vector<AuditedLayer> linear_, attention_;
};

}  // namespace

Audit audit(const NetworkConfig& network, const AcceleratorConfig& accelerator, const EnergyTable& table,
            const AuditOptions& options) {
  Audit audit{network.name, options, accelerator.name, table.name, {}};
  const std::vector<RunReport> runs = machine_runs(network, accelerator, table, options);
  Estimator estimator;
  constexpr size_t kSideCount = std::size(kSides);
  for (size_t i = 0; i < runs.size(); ++i)
    audit.columns.push_back(
        ColumnAudit(network, kSides[i % kSideCount], runs[i], table, accelerator, estimator).column());
  return audit;
}

}  // namespace eyeshift
