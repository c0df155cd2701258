#pragma once

#include "energy_tables/table.h"
#include "models/types/accelerator.h"
#include "sim/published/estimate/loop_tiling.h"

namespace eyeshift {

// Bits out of and into a memory.
struct Transfers {
  double read = 0, written = 0;
};
struct TransfersByOperand {
  Transfers inputs, weights, outputs;  // scales count with weights, partial sums with outputs
};

// What one layer does and moves, fine enough for the estimator's accounting and for the machine's.
struct AuditCounts {
  double multiply = 0, add = 0, shift = 0;  // add: to a partial sum
  double dequantize = 0, scale_multiply = 0;
  double key_add = 0;                                // of inputs, instead of a query
  double lut_query = 0, lut_add = 0, lut_write = 0;  // add, write: of entries
  PerOperand dram_bits, noc_bits;
  TransfersByOperand glb, rf;

  void add_counts(const AuditCounts& other);
};

// Picojoules of one count of each.
struct AuditPrices {
  double multiply = 0, add = 0, shift = 0;
  double dequantize = 0, scale_multiply = 0, key_add = 0;
  double lut_query = 0, lut_add = 0, lut_write = 0;
};
struct AuditMemoryPrices {
  double dram_bit = 0;
  PerOperand noc_bit;
  TransfersByOperand glb_bit, rf_bit;
};

// The estimator's.
AuditPrices published_operation_prices();
AuditMemoryPrices published_memory_prices();

// A table's on an accelerator: an addition has the accumulator's width, a query is the read of the table's
// storage unless the table prices it by itself. Throws InputError where the table lacks an action.
AuditPrices operation_prices(const EnergyTable& table, const AcceleratorConfig& accelerator);
AuditMemoryPrices memory_prices(const EnergyTable& table, const AcceleratorConfig& accelerator);

// Energy by where it goes, picojoules.
struct AuditEnergy {
  double arithmetic = 0, lut = 0, dram = 0, glb = 0, noc = 0, spad = 0,
         rest = 0;  // rest: leakage and the like
  double total() const { return arithmetic + lut + dram + glb + noc + spad + rest; }
  // *this += times * other.
  void add(const AuditEnergy& other, double times);
};
AuditEnergy energy_of(const AuditCounts& counts, const AuditPrices& operations,
                      const AuditMemoryPrices& memories);

}  // namespace eyeshift
