#include "energy_tables/pricing.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/errors.h"
#include "energy_tables/memory.h"
#include "energy_tables/rows.h"

namespace eyeshift {
namespace {

// Rows that a table may leave out.
bool is_clock_or_control(const ActionInfo& action) {
  return action.place == Place::clock || action.place == Place::control || action.place == Place::fifo ||
         action.place == Place::io;
}

bool is_left_out(const EnergyTable& table, const ActionInfo& action) {
  return is_clock_or_control(action) && table.actions.count(std::string(action.row)) == 0;
}

double lut_price(const EnergyTable& table, const AcceleratorConfig& accelerator, std::string_view action) {
  if (action == "build_add") return action_row(table, "add_fp16").energy_pJ;
  const bool own_row = action == "query" && table.actions.count(kLutQueryRow) > 0;
  if (own_row) return action_row(table, kLutQueryRow).energy_pJ;
  if (accelerator.spad_words.lut == 0)
    throw InputError("accelerator '" + accelerator.name + "' has no table storage: spad_words.lut is 0");
  return scratchpad_energy_pJ(table, accelerator.spad_words.lut,
                              action == "query" ? Access::read : Access::write);
}

// The row of a memory by its place, where the table has one.
const ActionPrice* place_row(const EnergyTable& table, const std::string& place, Access access) {
  const auto row = table.actions.find(place + (access == Access::read ? "_read" : "_write"));
  return row == table.actions.end() ? nullptr : &row->second;
}

double glb_price(const EnergyTable& table, const AcceleratorConfig& accelerator, Access access) {
  if (const ActionPrice* row = place_row(table, "glb", access)) return row->energy_pJ;
  return sram_energy_pJ(table, accelerator.glb.bank_bytes, accelerator.glb.port_bits, access);
}

double spad_price(const EnergyTable& table, const std::string& spad, int words, Access access) {
  if (const ActionPrice* row = place_row(table, spad, access)) return row->energy_pJ;
  return scratchpad_energy_pJ(table, words, access);
}

double noc_price(const EnergyTable& table, const AcceleratorConfig& accelerator) {
  const ActionPrice& row = action_row(table, kNocRow);
  if (row.spad_filter_reads <= 0) return row.energy_pJ;
  return row.spad_filter_reads *
         spad_price(table, "spad_filter", accelerator.spad_words.filter, Access::read);
}

double price(const EnergyTable& table, const AcceleratorConfig& accelerator, const ActionInfo& action) {
  const Access access = action.operation == "write" ? Access::write : Access::read;
  const AcceleratorConfig::SpadWords& words = accelerator.spad_words;
  switch (action.place) {
    case Place::dram:
      return action_row(table, kDramRow).energy_pJ;
    case Place::glb_filter:
    case Place::glb_shared:
      return glb_price(table, accelerator, access);
    case Place::noc_filter:
    case Place::noc_input:
    case Place::noc_psum_in:
    case Place::noc_psum_out:
    case Place::noc_local:
      return noc_price(table, accelerator);
    case Place::spad_filter:
      return spad_price(table, "spad_filter", words.filter, access);
    case Place::spad_input:
      return spad_price(table, "spad_input", words.input, access);
    case Place::spad_psum:
      return spad_price(table, "spad_psum", words.psum, access);
    case Place::lut:
      return lut_price(table, accelerator, action.operation);
    default:
      return is_left_out(table, action) ? 0 : action_row(table, std::string(action.row)).energy_pJ;
  }
}

double& operand_of(Energy::ByOperand& energy, ActionOperand operand) {
  switch (operand) {
    case ActionOperand::weights:
      return energy.weights;
    case ActionOperand::inputs:
      return energy.inputs;
    case ActionOperand::psums:
    case ActionOperand::outputs:
      return energy.psums;
    case ActionOperand::scales:
      return energy.scales;
    default:
      throw InternalError("no energy is kept for an operand");
  }
}

// Of the energy's kinds, the one that an action counts for.
double& kind_of(Energy& energy, const ActionInfo& action) {
  switch (action.place) {
    case Place::dram:
      return operand_of(energy.data_movement.dram, action.operand);
    case Place::glb_filter:
    case Place::glb_shared:
      return operand_of(energy.data_movement.glb, action.operand);
    case Place::noc_filter:
    case Place::noc_input:
    case Place::noc_psum_in:
    case Place::noc_psum_out:
    case Place::noc_local:
      return operand_of(energy.data_movement.noc, action.operand);
    case Place::spad_filter:
    case Place::spad_input:
    case Place::spad_psum:
      return operand_of(energy.data_movement.spad, action.operand);
    case Place::multiply:
      return energy.compute.multiply;
    case Place::add:
      return energy.compute.add;
    case Place::shift:
      return energy.compute.shift;
    case Place::dequantize:
      return energy.compute.dequantize;
    case Place::lut:
      return action.operation == "query" ? energy.compute.lut_query : energy.compute.lut_build;
    case Place::clock:
    case Place::control:
    case Place::fifo:
    case Place::io:
      return energy.clock_control;
  }
  throw InternalError("no energy is kept for an action");
}

}  // namespace

Prices prices_of(const EnergyTable& table, const AcceleratorConfig& accelerator, const ActionCounts& needed) {
  Prices prices;
  for (size_t i = 0; i < kActionCount; ++i) {
    try {
      prices.pJ[i] = price(table, accelerator, kActionInfo[i]);
    } catch (const InputError& error) {
      if (needed.n[i] != 0)
        throw InputError("action " + std::string(kActionInfo[i].key) + " has no energy: " + error.what());
      prices.pJ[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return prices;
}

void Energy::add(const Energy& other, double times) {
  for (double Compute::*kind : {&Compute::multiply, &Compute::add, &Compute::shift, &Compute::lut_query,
                                &Compute::lut_build, &Compute::dequantize})
    compute.*kind += times * other.compute.*kind;
  for (ByOperand DataMovement::*place :
       {&DataMovement::dram, &DataMovement::glb, &DataMovement::noc, &DataMovement::spad})
    for (double ByOperand::*operand :
         {&ByOperand::weights, &ByOperand::inputs, &ByOperand::psums, &ByOperand::scales})
      data_movement.*place.*operand += times * (other.data_movement.*place.*operand);
  for (double Energy::*part : {&Energy::clock_control, &Energy::static_leakage, &Energy::total})
    this->*part += times * other.*part;
}

std::vector<std::string> not_priced(const EnergyTable& table) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < kActionCount; ++i)
    if (is_left_out(table, kActionInfo[i])) keys.emplace_back(kActionInfo[i].key);
  return keys;
}

Energy energy_of(const ActionCounts& counts, const Prices& prices, double leakage_mW, double time_s) {
  constexpr double kPicojoulesPerMillijoule = 1e9;
  Energy energy;
  for (size_t i = 0; i < kActionCount; ++i) {
    if (counts.n[i] == 0) continue;
    if (std::isnan(prices.pJ[i]))
      throw InternalError("action " + std::string(kActionInfo[i].key) + " is counted but has no price");
    const double action_pJ = static_cast<double>(counts.n[i]) * prices.pJ[i];
    kind_of(energy, kActionInfo[i]) += action_pJ;
    energy.total += action_pJ;
  }
  energy.static_leakage = leakage_mW * time_s * kPicojoulesPerMillijoule;
  energy.total += energy.static_leakage;
  return energy;
}

}  // namespace eyeshift
