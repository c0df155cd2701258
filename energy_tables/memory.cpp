#include "energy_tables/memory.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "configs/reader/errors.h"
#include "configs/reader/nearest.h"
#include "energy_tables/rows.h"

namespace eyeshift {
namespace {

// y at x between two points, in log-log; linear where a value is 0, which has no logarithm.
double interpolate(int64_t x0, double y0, int64_t x1, double y1, int64_t x) {
  const double part = std::log(static_cast<double>(x) / static_cast<double>(x0)) /
                      std::log(static_cast<double>(x1) / static_cast<double>(x0));
  if (y0 <= 0 || y1 <= 0) return y0 + (y1 - y0) * static_cast<double>(x - x0) / static_cast<double>(x1 - x0);
  return y0 * std::pow(y1 / y0, part);
}

std::string row_name(int64_t bytes, int port_bits, SramRow::Kind kind) {
  const char* suffix = kind == SramRow::Kind::read ? "_read" : kind == SramRow::Kind::write ? "_write" : "";
  return "sram_" + std::to_string(bytes) + "B_" + std::to_string(port_bits) + "b" + suffix;
}

struct Sizes {
  int64_t below, above;  // equal where the table has the very size
};

// The table's sizes around `bytes`, among rows of this kind and port.
template <typename Rows>
Sizes sizes_around(const Rows& rows, const std::string& table, int64_t bytes, int port_bits,
                   SramRow::Kind kind) {
  std::set<int64_t> sizes;
  std::set<int> ports;
  for (const auto& [name, unused] : rows) {
    const auto row = parse_sram_row(name);
    if (!row || row->kind != kind) continue;
    ports.insert(row->port_bits);
    if (row->port_bits == port_bits) sizes.insert(row->bytes);
  }
  const std::string wanted = "energy table '" + table + "' has no row '" + row_name(bytes, port_bits, kind) +
                             "' for an "
                             "SRAM of " +
                             std::to_string(bytes) + " bytes with a port of " + std::to_string(port_bits) +
                             " bits: ";
  if (sizes.empty()) {
    std::vector<std::string> known;
    for (const int port : ports) known.push_back(std::to_string(port));
    throw InputError(wanted + "its ports have widths of " + join_names(known) + " bits");
  }
  if (bytes < *sizes.begin() || bytes > *sizes.rbegin())
    throw InputError(wanted + "its sizes go from " + std::to_string(*sizes.begin()) + " to " +
                     std::to_string(*sizes.rbegin()) + " bytes");
  const auto above = sizes.lower_bound(bytes);
  return {*above == bytes ? *above : *std::prev(above), *above};
}

}  // namespace

double sram_energy_pJ(const EnergyTable& table, int64_t bytes, int port_bits, Access access) {
  const SramRow::Kind kind = access == Access::read ? SramRow::Kind::read : SramRow::Kind::write;
  const Sizes sizes = sizes_around(table.actions, table.name, bytes, port_bits, kind);
  const double below = table.actions.at(row_name(sizes.below, port_bits, kind)).energy_pJ;
  if (sizes.below == sizes.above) return below;
  const double above = table.actions.at(row_name(sizes.above, port_bits, kind)).energy_pJ;
  return interpolate(sizes.below, below, sizes.above, above, bytes);
}

ComponentCost sram_cost(const EnergyTable& table, int64_t bytes, int port_bits) {
  const SramRow::Kind kind = SramRow::Kind::component;
  const Sizes sizes = sizes_around(table.components, table.name, bytes, port_bits, kind);
  const ComponentCost& below = table.components.at(row_name(sizes.below, port_bits, kind));
  if (sizes.below == sizes.above) return {below.area_um2, below.leakage_mW, ""};
  const ComponentCost& above = table.components.at(row_name(sizes.above, port_bits, kind));
  return {interpolate(sizes.below, below.area_um2, sizes.above, above.area_um2, bytes),
          interpolate(sizes.below, below.leakage_mW, sizes.above, above.leakage_mW, bytes), ""};
}

int64_t smallest_scratchpad_sram_bytes(const EnergyTable& table) {
  std::optional<int64_t> smallest;
  for (const auto& [name, unused] : table.actions) {
    const auto row = parse_sram_row(name);
    if (row && row->port_bits == kScratchpadPort_bits)
      smallest = std::min(row->bytes, smallest.value_or(row->bytes));
  }
  return smallest.value_or(kSmallestSram_bytes);
}

double scratchpad_energy_pJ(const EnergyTable& table, int64_t words, Access access) {
  if (2 * words >= smallest_scratchpad_sram_bytes(table))
    return sram_energy_pJ(table, 2 * words, kScratchpadPort_bits, access);
  return kScratchpadPort_bits *
         action_row(table, access == Access::read ? kRegisterReadRow : kRegisterWriteRow).energy_pJ;
}

ComponentCost scratchpad_cost(const EnergyTable& table, int64_t words) {
  if (2 * words >= smallest_scratchpad_sram_bytes(table))
    return sram_cost(table, 2 * words, kScratchpadPort_bits);
  const ComponentCost& bit = component_row(table, kRegisterComponent);
  const double bits = 16.0 * static_cast<double>(words);
  return {bits * bit.area_um2, bits * bit.leakage_mW, ""};
}

const ActionPrice& action_row(const EnergyTable& table, const std::string& name) {
  const auto row = table.actions.find(name);
  if (row == table.actions.end())
    throw InputError("energy table '" + table.name + "' has no action '" + name +
                     "': add it, or use another table");
  return row->second;
}

const ComponentCost& component_row(const EnergyTable& table, const std::string& name) {
  const auto row = table.components.find(name);
  if (row == table.components.end())
    throw InputError("energy table '" + table.name + "' has no component '" + name +
                     "': add it, or use another table");
  return row->second;
}

}  // namespace eyeshift
