#include "energy_tables/pricing.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "base/errors.h"
#include "energy_tables/memory.h"
#include "energy_tables/rows.h"

namespace eyeshift {
namespace {

// An action's key "component.action.operand" in its parts.
struct ActionKey {
  std::string component, action, operand;
  explicit ActionKey(std::string_view key) {
    const size_t first = key.find('.');
    const size_t last = key.rfind('.');
    component = key.substr(0, first);
    action = key.substr(first + 1, last - first - 1);
    operand = key.substr(last + 1);
  }
  bool is(std::string_view prefix) const { return component.compare(0, prefix.size(), prefix) == 0; }
};

// The keys of all actions, in the order of the enumeration.
const std::vector<ActionKey>& action_keys() {
  static const std::vector<ActionKey> keys = [] {
    std::vector<ActionKey> all;
    for (const ActionInfo& info : kActionInfo) all.emplace_back(info.key);
    return all;
  }();
  return keys;
}

std::string row_of(const ActionKey& key) { return key.component + "_" + key.action; }

// Rows that a table may leave out.
bool is_clock_or_control(const ActionKey& key) {
  const auto rows_end = std::end(kClockAndControlRows);
  return std::find(std::begin(kClockAndControlRows), rows_end, row_of(key)) != rows_end;
}

bool is_left_out(const EnergyTable& table, const ActionKey& key) {
  return is_clock_or_control(key) && table.actions.count(row_of(key)) == 0;
}

double lut_price(const EnergyTable& table, const AcceleratorConfig& accelerator, const std::string& action) {
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

double spad_price(const EnergyTable& table, const AcceleratorConfig& accelerator, const std::string& spad,
                  Access access) {
  if (const ActionPrice* row = place_row(table, spad, access)) return row->energy_pJ;
  const AcceleratorConfig::SpadWords& words = accelerator.spad_words;
  const int size = spad == "spad_filter" ? words.filter : spad == "spad_input" ? words.input : words.psum;
  return scratchpad_energy_pJ(table, size, access);
}

double noc_price(const EnergyTable& table, const AcceleratorConfig& accelerator) {
  const ActionPrice& row = action_row(table, kNocRow);
  if (row.spad_filter_reads <= 0) return row.energy_pJ;
  return row.spad_filter_reads * spad_price(table, accelerator, "spad_filter", Access::read);
}

double price(const EnergyTable& table, const AcceleratorConfig& accelerator, const ActionKey& key) {
  const Access access = key.action == "write" ? Access::write : Access::read;
  if (key.is("dram")) return action_row(table, kDramRow).energy_pJ;
  if (key.is("glb")) return glb_price(table, accelerator, access);
  if (key.is("noc")) return noc_price(table, accelerator);
  if (key.is("spad")) return spad_price(table, accelerator, key.component, access);
  if (key.is("lut")) return lut_price(table, accelerator, key.action);
  if (is_left_out(table, key)) return 0;
  return action_row(table, row_of(key)).energy_pJ;
}

double& operand_of(Energy::ByOperand& energy, const std::string& operand) {
  if (operand == "weights") return energy.weights;
  if (operand == "inputs") return energy.inputs;
  if (operand == "psums" || operand == "outputs") return energy.psums;
  if (operand == "scales") return energy.scales;
  throw InternalError("no energy is kept for operand '" + operand + "'");
}

double& kind_of(Energy& energy, const ActionKey& key) {
  if (key.is("dram")) return operand_of(energy.data_movement.dram, key.operand);
  if (key.is("glb")) return operand_of(energy.data_movement.glb, key.operand);
  if (key.is("noc")) return operand_of(energy.data_movement.noc, key.operand);
  if (key.is("spad")) return operand_of(energy.data_movement.spad, key.operand);
  if (key.is("multiply")) return energy.compute.multiply;
  if (key.is("add")) return energy.compute.add;
  if (key.is("shift")) return energy.compute.shift;
  if (key.is("dequantize")) return energy.compute.dequantize;
  if (is_clock_or_control(key)) return energy.clock_control;
  if (key.is("lut")) return key.action == "query" ? energy.compute.lut_query : energy.compute.lut_build;
  throw InternalError("no energy is kept for component '" + key.component + "'");
}

}  // namespace

Prices prices_of(const EnergyTable& table, const AcceleratorConfig& accelerator, const ActionCounts& needed) {
  Prices prices;
  for (size_t i = 0; i < kActionCount; ++i) {
    try {
      prices.pJ[i] = price(table, accelerator, action_keys()[i]);
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
    if (is_left_out(table, action_keys()[i])) keys.emplace_back(kActionInfo[i].key);
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
    kind_of(energy, action_keys()[i]) += action_pJ;
    energy.total += action_pJ;
  }
  energy.static_leakage = leakage_mW * time_s * kPicojoulesPerMillijoule;
  energy.total += energy.static_leakage;
  return energy;
}

}  // namespace eyeshift
