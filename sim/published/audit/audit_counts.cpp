#include "sim/published/audit/audit_counts.h"

#include "energy_tables/pricing.h"
#include "sim/published/estimate/published_energies.h"

namespace eyeshift {
namespace {

constexpr double kWord_bits = 16;

double sum(const Transfers& bits, const Transfers& prices) {
  return bits.read * prices.read + bits.written * prices.written;
}

double sum(const TransfersByOperand& bits, const TransfersByOperand& prices) {
  return sum(bits.inputs, prices.inputs) + sum(bits.weights, prices.weights) +
         sum(bits.outputs, prices.outputs);
}

double sum(const PerOperand& bits, const PerOperand& prices) {
  return bits.inputs * prices.inputs + bits.weights * prices.weights + bits.outputs * prices.outputs;
}

void add(const Transfers& other, Transfers& to) {
  to.read += other.read;
  to.written += other.written;
}

void add(const TransfersByOperand& other, TransfersByOperand& to) {
  add(other.inputs, to.inputs);
  add(other.weights, to.weights);
  add(other.outputs, to.outputs);
}

void add(const PerOperand& other, PerOperand& to) {
  to.inputs += other.inputs;
  to.weights += other.weights;
  to.outputs += other.outputs;
}

// Reads and writes of one price.
Transfers both(double word_pJ) { return {word_pJ / kWord_bits, word_pJ / kWord_bits}; }

// Prices by action; an action that the table lacks is an error.
class ActionPrices {
 public:
  ActionPrices(const EnergyTable& table, const AcceleratorConfig& accelerator)
      : table_(table), accelerator_(accelerator) {}

  double operator()(Action action) const {
    ActionCounts needed;
    needed[action] = 1;
    return prices_of(table_, accelerator_, needed).pJ[static_cast<size_t>(action)];
  }
  // Of reading and of writing, a bit.
  Transfers bits(Action read, Action write, double count_bits) const {
    return {(*this)(read) / count_bits, (*this)(write) / count_bits};
  }

 private:
  const EnergyTable& table_;
  const AcceleratorConfig& accelerator_;
};

}  // namespace

void AuditCounts::add_counts(const AuditCounts& other) {
  for (double AuditCounts::*count :
       {&AuditCounts::multiply, &AuditCounts::add, &AuditCounts::key_add, &AuditCounts::lut_add,
        &AuditCounts::shift, &AuditCounts::dequantize, &AuditCounts::scale_multiply, &AuditCounts::lut_query,
        &AuditCounts::lut_write})
    this->*count += other.*count;
  eyeshift::add(other.dram_bits, dram_bits);
  eyeshift::add(other.noc_bits, noc_bits);
  eyeshift::add(other.glb, glb);
  eyeshift::add(other.rf, rf);
}

AuditPrices published_operation_prices() {
  const auto compute = [](OperationKind kind) {
    return published_energies_pJ({"", kind, {}, {}, 16}).compute;
  };
  AuditPrices prices;
  prices.multiply = prices.scale_multiply = compute(OperationKind::fully_connected);
  prices.add = prices.key_add = prices.lut_add = compute(OperationKind::add);
  prices.shift = compute(OperationKind::shift);
  prices.lut_query = compute(OperationKind::lut_query);
  return prices;
}

AuditMemoryPrices published_memory_prices() {
  const PerLevel pJ = published_energies_pJ({"", OperationKind::fully_connected, {}, {}, 16});
  AuditMemoryPrices prices;
  prices.dram_bit = pJ.dram.weights / kWord_bits;
  prices.noc_bit = {pJ.noc.inputs / kWord_bits, pJ.noc.weights / kWord_bits, pJ.noc.outputs / kWord_bits};
  prices.glb_bit = {both(pJ.glb.inputs), both(pJ.glb.inputs), both(pJ.glb.outputs)};
  prices.rf_bit = {both(pJ.rf.inputs), both(pJ.rf.weights), both(pJ.rf.outputs)};
  return prices;
}

AuditPrices operation_prices(const EnergyTable& table, const AcceleratorConfig& accelerator) {
  const ActionPrices price(table, accelerator);
  const bool fp16 = accelerator.array.accumulator == Accumulator::fp16;
  AuditPrices prices;
  prices.multiply = price(Action::multiply_fp16_weights);
  prices.add = price(fp16 ? Action::add_fp16_psums : Action::add_fp32_psums);
  prices.key_add = prices.lut_add = price(Action::add_fp16_inputs);
  prices.shift = price(Action::shift_fp16_scales);
  prices.dequantize = price(Action::dequantize_int_weights);
  prices.scale_multiply = price(fp16 ? Action::multiply_fp16_scales : Action::multiply_fp32_scales);
  if (accelerator.spad_words.lut == 0) return prices;
  prices.lut_query = price(Action::lut_query_psums);
  prices.lut_write = price(Action::lut_build_write_inputs);
  return prices;
}

AuditMemoryPrices memory_prices(const EnergyTable& table, const AcceleratorConfig& accelerator) {
  const ActionPrices price(table, accelerator);
  AuditMemoryPrices prices;
  prices.dram_bit = price(Action::dram_read_weights) / 8;
  prices.noc_bit = {price(Action::noc_input_deliver_inputs) / kWord_bits,
                    price(Action::noc_filter_deliver_weights) / kWord_bits,
                    price(Action::noc_local_deliver_psums) / kWord_bits};
  const double port_bits = accelerator.glb.port_bits;
  prices.glb_bit = {price.bits(Action::glb_shared_read_inputs, Action::glb_shared_write_inputs, port_bits),
                    price.bits(Action::glb_filter_read_weights, Action::glb_filter_write_weights, port_bits),
                    price.bits(Action::glb_shared_read_psums, Action::glb_shared_write_psums, port_bits)};
  prices.rf_bit = {
      price.bits(Action::spad_input_read_inputs, Action::spad_input_write_inputs, kWord_bits),
      price.bits(Action::spad_filter_read_weights, Action::spad_filter_write_weights, kWord_bits),
      price.bits(Action::spad_psum_read_psums, Action::spad_psum_write_psums, kWord_bits)};
  return prices;
}

void AuditEnergy::add(const AuditEnergy& other, double times) {
  for (double AuditEnergy::*place :
       {&AuditEnergy::arithmetic, &AuditEnergy::lut, &AuditEnergy::dram, &AuditEnergy::glb, &AuditEnergy::noc,
        &AuditEnergy::spad, &AuditEnergy::rest})
    this->*place += times * other.*place;
}

AuditEnergy energy_of(const AuditCounts& counts, const AuditPrices& operations,
                      const AuditMemoryPrices& memories) {
  AuditEnergy energy;
  energy.arithmetic = counts.multiply * operations.multiply + counts.add * operations.add +
                      counts.shift * operations.shift + counts.dequantize * operations.dequantize +
                      counts.scale_multiply * operations.scale_multiply + counts.key_add * operations.key_add;
  energy.lut = counts.lut_query * operations.lut_query + counts.lut_add * operations.lut_add +
               counts.lut_write * operations.lut_write;
  energy.dram = eyeshift::sum(counts.dram_bits) * memories.dram_bit;
  energy.glb = sum(counts.glb, memories.glb_bit);
  energy.noc = sum(counts.noc_bits, memories.noc_bit);
  energy.spad = sum(counts.rf, memories.rf_bit);
  return energy;
}

}  // namespace eyeshift
